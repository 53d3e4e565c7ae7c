# SPDX-License-Identifier: Apache-2.0
"""Says what the nodes' images are: one of stand-ins, and one that is real.

The pretended one has the users, directories and units that a distribution's
OpenStack packages bring, none of them enabled, and stand-ins for Open vSwitch
and a network adapter with virtual functions.  It is small, and its machines
share the host's network.

The real one has the distribution's packages of Nova, Neutron, libvirt, QEMU
and Open vSwitch, with their own units, users and rules for sudo.  Only the
code of Nova and Neutron is not theirs but the virtualenv's, for a stable
release is years older than the lab's services, and a rolling one moves on.
Its machines have a network of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import pathlib
import types

from hvctl_lab import paths

_DIRECTORY = pathlib.Path(__file__).parent

#: Units that have nothing to do in such a machine, or would change devices
#: of the host.
_MASKED = (
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'cloud-init-hotplugd.socket',
    'console-getty.service',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
    'fstrim.timer',
    'getty.target',
    'motd-news.timer',
    'networkd-dispatcher.service',
    'systemd-logind.service',
)
#: The same of the host's network.
_MASKED_NETWORK = (
    'systemd-networkd.service',
    'systemd-networkd.socket',
    'systemd-networkd-wait-online.service',
)
_MASKED_LAST = (
    'systemd-pstore.service',
    'systemd-resolved.service',
    'systemd-timesyncd.service',
    'systemd-udevd.service',
    'systemd-udev-trigger.service',
)

_PACKAGES = (
    'cloud-init',
    'dbus',
    'iproute2',
    # Python packages with code of C++ want it; Ubuntu's smallest has none.
    'libstdc++6',
    'python3',
    'systemd',
    'systemd-sysv',
)


#: Most of the time would go into byte code of packages whose code nobody
#: runs.
_NO_BYTE_CODE = (
    '--essential-hook='
    'chroot "$1" dpkg-divert --quiet --rename --add /usr/bin/py3compile && '
    'ln -s /bin/true "$1/usr/bin/py3compile"'
)

#: Those with Nova's configuration, to be installed once more.
_KEEP_PACKAGES = (
    '--customize-hook='
    'mkdir "$1/usr/local/share/packages" && '
    'cp "$1"/var/cache/apt/archives/nova-common_*.deb '
    '"$1"/var/cache/apt/archives/nova-compute-kvm_*.deb '
    '"$1/usr/local/share/packages"'
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What is in an image, and how it is booted.

    :ivar name: as a disk remembers it
    :ivar image: what its directory in the cache is called
    :ivar glance_id: of the image that a server is made from
    :ivar build_time: about how long it takes, in words
    :ivar packages: of the distribution
    :ivar hooks: what mmdebstrap is to do besides
    :ivar users: owner, as a distribution's packages have it, and its
        directories; none where the packages are there
    :ivar configuration_directories: by the group that reads them
    :ivar masked: units that nothing may start
    :ivar enabled: units that a distribution's image for machines has enabled
    :ivar disabled: units that packages enable and the user-data starts
    :ivar overlaid: our own files
    :ivar programs: those that are replaced, and what the virtualenv's
        interpreter is told instead
    :ivar own_network: whether it is the host of real guests, which needs a
        network of its own
    """

    name: str
    image: str
    glance_id: str
    build_time: str
    packages: tuple[str, ...]
    hooks: tuple[str, ...] = ()
    users: Mapping[str, tuple[str, ...]]
    configuration_directories: Mapping[str, str]
    masked: tuple[str, ...]
    enabled: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    overlaid: pathlib.Path
    programs: Mapping[str, str]
    own_network: bool = False


PRETENDED = Variant(
    name='pretended',
    image='node-image',
    glance_id=paths.BOOTABLE_IMAGE_ID,
    build_time='about 40 s',
    packages=_PACKAGES,
    users=types.MappingProxyType(
        {
            'nova': ('/var/lib/nova', '/var/log/nova'),
            'neutron': ('/var/lib/neutron', '/var/log/neutron'),
        }
    ),
    configuration_directories=types.MappingProxyType(
        {'nova': '/etc/nova', 'neutron': '/etc/neutron'}
    ),
    masked=(*_MASKED, *_MASKED_NETWORK, *_MASKED_LAST),
    overlaid=_DIRECTORY / 'root',
    programs=types.MappingProxyType(
        {
            'nova-compute': '-m hvctl_lab.host.compute',
            'neutron-openvswitch-agent': '-m hvctl_lab.host.agent openvswitch',
            'neutron-sriov-nic-agent': '-m hvctl_lab.host.agent sriov-nic',
        }
    ),
)

REAL = Variant(
    name='real',
    image='real-node-image',
    glance_id=paths.REAL_IMAGE_ID,
    build_time='some minutes',
    packages=(
        *_PACKAGES,
        'libsasl2-modules',
        'libvirt-clients',
        'libvirt-daemon-driver-qemu',
        'libvirt-daemon-system',
        'libvirt-daemon-system-systemd',
        'mtools',
        'neutron-openvswitch-agent',
        'nova-compute',
        'nova-compute-kvm',
        'openssh-client',
        'openssh-server',
        'openvswitch-switch',
        'qemu-system-x86',
        'qemu-utils',
        'rsync',
        'sasl2-bin',
        'sudo',
    ),
    hooks=(_NO_BYTE_CODE, _KEEP_PACKAGES),
    users=types.MappingProxyType({}),
    configuration_directories=types.MappingProxyType({}),
    masked=(
        *_MASKED,
        *_MASKED_LAST,
        # It waits for adapters that are for Open vSwitch.
        'systemd-networkd-wait-online.service',
        # There are no such devices, and the kernel's part is the host's.
        'iscsid.service',
        'iscsid.socket',
        'open-iscsi.service',
    ),
    enabled=('systemd-networkd.service',),
    disabled=('neutron-openvswitch-agent.service', 'nova-compute.service'),
    overlaid=_DIRECTORY / 'real_root',
    programs=types.MappingProxyType(
        {
            'neutron-openvswitch-agent': '{bin}/neutron-openvswitch-agent',
            'neutron-rootwrap': '{bin}/neutron-rootwrap',
            'neutron-rootwrap-daemon': '{bin}/neutron-rootwrap-daemon',
            'nova-compute': '{bin}/nova-compute',
            'nova-rootwrap': '{bin}/nova-rootwrap',
            'nova-rootwrap-daemon': '{bin}/nova-rootwrap-daemon',
            'privsep-helper': '{bin}/privsep-helper',
        }
    ),
    own_network=True,
)

ALL = (PRETENDED, REAL)


def by_image(glance_id: object) -> Variant | None:
    """Return what boots a server of an image; None when nothing does.

    :param glance_id: the image's id
    """
    return next((one for one in ALL if one.glance_id == glance_id), None)


def by_name(name: str) -> Variant:
    """Return a variant.

    :param name: its name
    :raises StopIteration: when there is none of this name
    """
    return next(one for one in ALL if one.name == name)
