# SPDX-License-Identifier: Apache-2.0
"""The host's nova.conf."""

from __future__ import annotations

from collections.abc import Mapping
import contextlib
import math

from hvctl.model.profile import Family, LIBVIRT, Profile, Sections
from hvctl.model.secret import Secret
from hvctl.userdata.configuration import options

FILE = '/etc/nova/nova.conf'
#: Debian's packages have nova-compute read it after nova.conf, with options
#: that would win over the profile's.
SECOND_FILE = '/etc/nova/nova-compute.conf'
UNITS = ('nova-compute', 'openstack-nova-compute')

#: What decides on it, the strongest first, and where neither is set.
_RAM_RATIOS = ('ram_allocation_ratio', 'initial_ram_allocation_ratio')
_NOVAS_RAM_RATIO = 1.0

_KVM = 'nova-compute-kvm'
_STATE_PATH = '/var/lib/nova'
_PACKAGES = {
    Family.DEBIAN: ('nova-compute', _KVM),
    # An enforcing SELinux has rules for OpenStack only by the latter.
    Family.RHEL: ('openstack-nova-compute', 'openstack-selinux'),
}
#: Of those at once where the profile leaves it to Nova.
_MANY = 100


def sections(
    profile: Profile,
    name: str,
    address: str | None,
    *brought: Sections,
) -> Sections:
    """Decide the options of nova.conf.

    :param address: the host's own
    :param brought: what networking and migrations bring
    """
    return options.merge(
        own(name, address),
        _defaults(),
        _of_fields(profile),
        *brought,
        profile.nova,
    )


def own(name: str, address: str | None) -> Sections:
    """Return the options that no two hosts have alike.

    :param address: None leaves Nova its default, the address towards the
        default route, which not every network has
    """
    if address is None:
        return {'DEFAULT': options.single(host=name)}
    return {'DEFAULT': options.single(host=name, my_ip=address)}


def state_path(nova: Sections) -> str:
    """Return where nova-compute keeps what it writes down."""
    values = nova['DEFAULT']['state_path'] or (_STATE_PATH,)
    found = values[-1]
    text = found.reveal() if isinstance(found, Secret) else found
    return text.rstrip('/')


def live_migrations(nova: Sections) -> int:
    """Return how many guests may leave the host at once."""
    values = nova['DEFAULT']['max_concurrent_live_migrations']
    found = values[-1] if values else ''
    text = found.reveal() if isinstance(found, Secret) else found
    try:
        number = int(text)
    except ValueError:
        # nova-compute complains itself.
        return 0
    return number if number > 0 else _MANY


def ram_ratio(default: Mapping[str, str]) -> float:
    """Return what Nova makes of each MiB of a host's memory.

    Of the two options the first wins wherever it is set
    (nova/virt/driver.py, _get_allocation_ratios).

    :param default: the options of section [DEFAULT], by name; one that is no
        number is for nova-compute to complain about
    """
    for option in _RAM_RATIOS:
        with contextlib.suppress(ValueError):
            ratio = float(default.get(option, ''))
            if 0 < ratio < math.inf:
                return ratio
    return _NOVAS_RAM_RATIO


def ram_ratio_of(profile: Profile) -> float:
    """Return the same for the hosts of a profile."""
    default = options.merge(_of_fields(profile), profile.nova)['DEFAULT']
    found = {}
    for option in _RAM_RATIOS:
        for value in default.get(option, ()):
            found[option] = (
                value.reveal() if isinstance(value, Secret) else value
            )
    return ram_ratio(found)


def packages(profile: Profile) -> dict[Family, tuple[str, ...]]:
    """Return the packages of nova-compute, where the profile does not say."""
    if profile.uses_libvirt:
        return dict(_PACKAGES)
    return {
        family: tuple(name for name in names if name != _KVM)
        for family, names in _PACKAGES.items()
    }


def _defaults() -> Sections:
    return {
        'DEFAULT': options.single(
            compute_driver=LIBVIRT,
            # Upstream's is below the Python packages.
            state_path=_STATE_PATH,
        ),
        'libvirt': options.single(
            # Else the name of the host, which others may not resolve.
            live_migration_inbound_addr='$my_ip',
        ),
        'vnc': options.single(
            # Else the loopback address, which the proxy cannot reach.
            server_listen='$my_ip',
            server_proxyclient_address='$my_ip',
        ),
        'oslo_concurrency': options.single(lock_path='/var/lib/nova/lock'),
    }


def _of_fields(profile: Profile) -> Sections:
    migration = profile.live_migration
    default = {
        'reserved_host_memory_mb': str(profile.reserved_host_memory_mb),
        'reserved_host_cpus': str(profile.reserved_host_cpus),
        'reserved_host_disk_mb': str(profile.reserved_host_disk_mb),
        'max_concurrent_live_migrations': str(migration.max_concurrent),
    }
    for option in (
        'cpu_allocation_ratio',
        'ram_allocation_ratio',
        'disk_allocation_ratio',
    ):
        ratio = getattr(profile, option)
        if ratio is not None:
            default[option] = str(ratio)
    return {
        'DEFAULT': options.single(**default),
        'libvirt': options.single(
            live_migration_permit_auto_converge=_boolean(
                migration.permit_auto_converge
            ),
            live_migration_permit_post_copy=_boolean(
                migration.permit_post_copy
            ),
            live_migration_completion_timeout=str(
                migration.completion_timeout
            ),
            live_migration_timeout_action=migration.timeout_action,
        ),
    }


def _boolean(value: bool) -> str:
    return str(value).lower()
