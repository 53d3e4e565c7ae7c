# SPDX-License-Identifier: Apache-2.0
"""Chooses names for hypervisors that are to be made to a number."""

from __future__ import annotations

import itertools

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.decide.scale import naming
from hvctl.decide.scale.fleet import Fleet
from hvctl.decide.scale.naming import Format
from hvctl.model.profile import Profile
from hvctl.model.snapshot import WholeLook

#: Names beyond those that are needed, of which something foreign may have one.
_MORE = 10


def choose(
    client: clients.Client,
    profile: Profile,
    fleet: Fleet,
    form: Format | None,
    number: int,
) -> tuple[str, ...]:
    """Choose names that nothing else has.

    :param form: what they are like; None for as those that there are
    :raises InvalidRequest: when nothing tells what they are to be like
    :raises CloudError: when the cloud cannot be asked
    """
    if not number:
        return ()
    if form is None:
        form = naming.told(hv.name for hv, _ in fleet.members if hv.server)
    if form is None:
        raise exceptions.InvalidRequest(
            f'the names of {profile.name} tell no format for new ones: give '
            '--name-format, as in supercloud%02d'
        )
    taken = fleet.known
    while True:
        free = naming.free(form, fleet.half_made, taken)
        some = tuple(itertools.islice(free, number + _MORE))
        look = client.observe(
            WholeLook(
                names=frozenset(some),
                domain=profile.domain,
                server_names=frozenset(some),
            )
        )
        held = naming.held(look, some, profile.domain)
        found = tuple(name for name in some if name not in held)
        if len(found) >= number:
            return found[:number]
        taken |= held
