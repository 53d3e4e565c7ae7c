# SPDX-License-Identifier: Apache-2.0
"""How long things take in a simulated cloud."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, each after what comes before it.

    :ivar scheduled: from a request until a host or a node is chosen
    :ivar deployed: until a machine has its image, and is ACTIVE
    :ivar registered: from then until its nova-compute is a service
    :ivar inventory: until its provider has what the machine has
    :ivar mapped: until its host is mapped to the cell
    :ivar agents: until its network agent reports
    :ivar booted: until a guest is ACTIVE
    :ivar answers: until it says something, on its console and to others
    :ivar ended: until Nova has forgotten a server
    :ivar let_go: from when a guest's end is saved until its host lets go of it
    :ivar shelved: until a guest is shelved
    :ivar cleaned: until Ironic has its node available again
    :ivar copied: a live migration, from when it begins
    :ivar resized: a cold migration, until it waits to be confirmed
    :ivar confirmed: until the source has forgotten the guest
    :ivar at_once: how many live migrations a host has at once
        (``max_concurrent_live_migrations``)
    :ivar attempts: on how many nodes a machine is deployed, one after the
        other, until one succeeds (``max_attempts``)
    :ivar reports: between two reports of a nova-compute
        (``report_interval``)
    :ivar down: silence after which Nova takes a service for down
        (``service_down_time``)
    :ivar marked: until a nova-compute that is told whether it is enabled has
        told Placement
    :ivar refresh: until a nova-compute reads anew what Placement has of it
        (``resource_provider_association_refresh``)
    :ivar agent_down: the same of Neutron and its agents
        (``agent_down_time``)
    """

    scheduled: float = 1
    deployed: float = 20
    registered: float = 20
    inventory: float = 24
    mapped: float = 30
    agents: float = 32
    booted: float = 5
    answers: float = 0
    ended: float = 5
    let_go: float = 0.5
    shelved: float = 5
    cleaned: float = 10
    copied: float = 10
    resized: float = 8
    confirmed: float = 2
    at_once: int = 1
    attempts: int = 3
    reports: float = 10
    down: float = 60
    marked: float = 0
    refresh: float = 300
    agent_down: float = 75


#: Things are soon done, so that there is little to wait for.
QUICK = Pace(
    deployed=3,
    registered=1,
    inventory=2,
    mapped=3,
    agents=3,
    booted=1,
    ended=1,
    cleaned=2,
    reports=1,
    down=3,
    agent_down=3,
)
