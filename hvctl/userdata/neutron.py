# SPDX-License-Identifier: Apache-2.0
"""The files of Neutron's agents on the host."""

from __future__ import annotations

from collections.abc import Iterator

from hvctl.model import profile as profile_model
from hvctl.userdata import contribution
from hvctl.userdata import nova as nova_module
from hvctl.userdata import options

FILE = '/etc/neutron/neutron.conf'


def files(
    profile: profile_model.Profile,
    name: str,
    wiring: contribution.Contribution,
) -> Iterator[tuple[str, profile_model.Sections]]:
    """Give the options of each file, by path.

    :param wiring: what the kind of networking brings
    :raises InvalidRequest: when the profile sets the host's name
    """
    nova_module.refuse_host(profile.neutron, profile, 'neutron')
    if wiring.files or profile.neutron:
        yield FILE, options.merge(_defaults(profile, name), profile.neutron)
    for path, sections in wiring.files.items():
        # Agents read their own file last, so what the profile says of an
        # option that stands there has to stand there.
        yield path, options.overrides(sections, profile.neutron)


def _defaults(
    profile: profile_model.Profile, name: str
) -> profile_model.Sections:
    default: dict[str, profile_model.Option] = {'host': (name,)}
    # Clouds of one cell have one message bus for both.
    bus = profile.nova.get('DEFAULT', {}).get('transport_url')
    if bus is not None:
        default['transport_url'] = bus
    return {
        'DEFAULT': default,
        'oslo_concurrency': options.single(lock_path='/var/lib/neutron/lock'),
    }
