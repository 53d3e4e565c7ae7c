# SPDX-License-Identifier: Apache-2.0
"""Binds the bare-metal nodes' ports: Neutron's view of the lab's switches.

There are no switches, so every port is wired as soon as Neutron asks.
"""

from __future__ import annotations

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api

_NETWORK_TYPES = (
    constants.TYPE_FLAT,
    constants.TYPE_VLAN,
    constants.TYPE_VXLAN,
)


class LabMechanismDriver(api.MechanismDriver):
    """Binds ports of vnic_type baremetal and leaves all others alone."""

    @property
    def connectivity(self) -> str:
        """Return that a bound port is on its layer 2 network."""
        return str(portbindings.CONNECTIVITY_L2)

    def initialize(self) -> None:
        """Do nothing: there is no switch to log in to."""

    def bind_port(self, context: api.PortContext) -> None:
        """Bind a bare-metal port to the first segment that can carry it.

        :param context: Neutron's description of the port
        """
        vnic_type = context.current[portbindings.VNIC_TYPE]
        if vnic_type != portbindings.VNIC_BAREMETAL:
            return
        for segment in context.segments_to_bind:
            if segment[api.NETWORK_TYPE] in _NETWORK_TYPES:
                context.set_binding(
                    segment[api.ID],
                    portbindings.VIF_TYPE_OTHER,
                    {},
                    status=constants.PORT_STATUS_ACTIVE,
                )
                return
