# SPDX-License-Identifier: Apache-2.0
"""What user-data needs to know of the machine's ports."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses

from hvctl.model.profile import Profile

#: Stands for what is not known in what is only shown.
UNKNOWN = '?'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subport:
    """The port that the machine has in one of the trunk's sub-networks.

    :ivar segmentation_id: the VLAN on the machine's own port
    :ivar mac_address: the port's; Ironic does not change a sub-port's
    :ivar addresses: with the length of the subnet's prefix
    :ivar mtu: of the network
    """

    segmentation_id: int | str
    mac_address: str | None = None
    addresses: tuple[str, ...] = ()
    mtu: int | str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MachinePorts:
    """The machine's ports.

    :ivar address: of the machine's own port, without a prefix; None where
        it has none that lasts
    :ivar addresses: all of that port; None where one does not last
    :ivar subports: by the network's name or id as the profile has it
    """

    address: str | None = None
    addresses: tuple[str, ...] | None = None
    subports: Mapping[str, Subport] = dataclasses.field(default_factory=dict)


def sketch(profile: Profile) -> MachinePorts:
    """Stand in for what only the cloud knows, to show a user-data.

    :param profile: what the hypervisor is
    """
    return MachinePorts(
        address=UNKNOWN,
        addresses=(UNKNOWN,),
        subports={
            subnetwork.network: Subport(
                segmentation_id=subnetwork.segmentation_id or UNKNOWN,
                mac_address=UNKNOWN,
                addresses=(UNKNOWN,),
                mtu=UNKNOWN,
            )
            for subnetwork in profile.subnetworks
        },
    )
