# SPDX-License-Identifier: Apache-2.0
"""What the user asked for, with every name resolved to an id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One hypervisor to make.

    :ivar compute_id: the compute node id for it, should it be new; None
        where the user's own user-data lets nova-compute choose one
    :ivar user_data: gives the machine's user-data, in base64, for the
        compute node id that it gets in the end: an earlier run may have
        chosen another; what it gives may hold secrets
    """

    name: str
    compute_id: str | None
    user_data: Callable[[str | None], str] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest:
    """What ``create`` was asked for.

    :ivar hypervisors: by name
    :ivar properties: the user's own metadata for the servers
    """

    hypervisors: Mapping[str, Wanted]
    image_id: str
    flavor_id: str
    network_id: str
    key_name: str | None = None
    vnic_type: str = 'baremetal'
    domain: str | None = None
    properties: Mapping[str, str] = dataclasses.field(default_factory=dict)
    wait: bool = True
