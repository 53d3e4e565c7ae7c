# SPDX-License-Identifier: Apache-2.0
"""The files of Neutron's agents on the host."""

from __future__ import annotations

from collections.abc import Iterator

from hvctl.model.profile import Option, Profile, Sections
from hvctl.userdata.configuration import options
from hvctl.userdata.networking import contribution

FILE = '/etc/neutron/neutron.conf'
_ROOTWRAP = '/etc/neutron/rootwrap.conf'


def files(
    profile: Profile,
    name: str,
    wiring: contribution.Contribution,
) -> Iterator[tuple[str, Sections]]:
    """Return the options of each file, by path.

    :param wiring: what the kind of networking brings
    """
    if wiring.files or wiring.shared or profile.neutron:
        # Clouds of one cell have one message bus for both.
        bus = profile.nova.get('DEFAULT', {}).get('transport_url')
        sections = options.merge(
            defaults(name, bus), wiring.shared, profile.neutron
        )
        for path in (FILE, *wiring.copies):
            yield path, sections
    for path, sections in wiring.files.items():
        # Most agents read their own file after neutron.conf, so what the
        # profile says of an option that stands there has to stand there.
        yield path, options.overrides(sections, profile.neutron)


def defaults(name: str, bus: Option | None) -> Sections:
    """Decide the options of neutron.conf, which replaces the package's.

    :param bus: the agents' transport_url
    """
    default: dict[str, Option] = {'host': (name,)}
    if bus is not None:
        default['transport_url'] = bus
    return {
        'DEFAULT': default,
        'agent': options.single(
            # All that the distributions' sudo lets agents run as root;
            # Neutron's own default is a plain sudo.
            root_helper=f'sudo neutron-rootwrap {_ROOTWRAP}',
            root_helper_daemon=f'sudo neutron-rootwrap-daemon {_ROOTWRAP}',
        ),
        'oslo_concurrency': options.single(lock_path='/var/lib/neutron/lock'),
    }
