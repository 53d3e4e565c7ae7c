# SPDX-License-Identifier: Apache-2.0
"""Stands in for Neutron's agents on a host.

It reports that the agent is alive, and tells Neutron which of the ports that
are bound to this host are plugged into its switch.
"""

from __future__ import annotations

import dataclasses
import logging
import socket
import sys
import time
import typing

from oslo_config import cfg
import oslo_messaging

from hvctl_lab.host import rpc
from hvctl_lab.host import switch

LOG = logging.getLogger(__name__)

_OPTIONS = (cfg.StrOpt('host', default=socket.gethostname()),)
_GROUP_OPTIONS = {
    'ovs': (
        cfg.DictOpt('bridge_mappings', default={}),
        cfg.StrOpt('local_ip'),
    ),
    'agent': (
        cfg.ListOpt('tunnel_types', default=[]),
        cfg.IntOpt('report_interval', default=5, min=1),
    ),
    'sriov_nic': (cfg.DictOpt('physical_device_mappings', default={}),),
}

_LOOK_INTERVAL = 0.2
#: How long to leave a port alone that Neutron says is not active here.
_RETRY_INTERVAL = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What makes one of Neutron's agents different from another."""

    binary: str
    agent_type: str
    vif_type: str


KINDS = {
    'openvswitch': Kind(
        binary='neutron-openvswitch-agent',
        agent_type='Open vSwitch agent',
        vif_type='ovs',
    ),
    'sriov-nic': Kind(
        binary='neutron-sriov-nic-agent',
        agent_type='NIC Switch agent',
        vif_type='hw_veb',
    ),
}


def register_options(conf: cfg.ConfigOpts) -> None:
    """Register those options of the real agents that this one reads.

    :param conf: where to register them
    """
    conf.register_opts(_OPTIONS)
    for group, options in _GROUP_OPTIONS.items():
        conf.register_opts(options, group)


def configurations(kind: Kind, conf: cfg.ConfigOpts) -> dict[str, typing.Any]:
    """Describe the switch as Neutron's mechanism driver expects it.

    :param kind: the agent
    :param conf: its configuration
    :returns: the ``configurations`` of the agent's record
    """
    if kind.vif_type == 'hw_veb':
        mappings = conf.sriov_nic.physical_device_mappings
        return {
            'device_mappings': {
                network: [device] for network, device in mappings.items()
            }
        }
    return {
        'bridge_mappings': conf.ovs.bridge_mappings,
        'tunnel_types': conf.agent.tunnel_types,
        'tunneling_ip': conf.ovs.local_ip,
        'integration_bridge': 'br-int',
        'datapath_type': 'system',
        'ovs_hybrid_plug': False,
    }


class Agent:
    """One agent on this host."""

    def __init__(
        self, kind: Kind, conf: cfg.ConfigOpts, neutron: rpc.Neutron
    ) -> None:
        """Make an agent that has not reported yet.

        :param kind: which one
        :param conf: its configuration
        :param neutron: the server that it reports to
        """
        self._kind = kind
        self._neutron = neutron
        self._report_interval = conf.agent.report_interval
        self._state = {
            'binary': kind.binary,
            'host': conf.host,
            'agent_type': kind.agent_type,
            'topic': 'N/A',
            'configurations': configurations(kind, conf),
            'start_flag': True,
        }
        self._next_report = 0.0
        #: Ports that Neutron knows as up.
        self._up: set[str] = set()
        #: When to report again a port that is not active here.
        self._later: dict[str, float] = {}

    def run(self) -> None:
        """Work until the process is ended."""
        self._neutron.listen()
        while True:
            try:
                self.step(time.monotonic())
            except oslo_messaging.MessagingException as error:
                # The next look tries again, as the real agents do.
                LOG.warning('Neutron does not answer: %s', error)
            time.sleep(_LOOK_INTERVAL)

    def step(self, now: float) -> None:
        """Report what is due.

        :param now: seconds, steadily growing
        """
        if now >= self._next_report:
            self._neutron.report_state(self._state)
            self._state.pop('start_flag', None)
            self._next_report = now + self._report_interval
        plugged = switch.plugged(self._kind.vif_type)
        gone = self._up - plugged
        if gone:
            self._neutron.down(gone)
            self._up -= gone
        # What was never active here, as at the destination of a migration
        # that failed, is not this agent's to report down.
        self._later = {
            port: due for port, due in self._later.items() if port in plugged
        }
        # Neutron may have set a port down when it was changed.
        self._up -= self._neutron.changed()
        new = {
            port
            for port in plugged - self._up
            if now >= self._later.get(port, 0.0)
        }
        if new:
            self._wire(new, now)

    def _wire(self, ports: set[str], now: float) -> None:
        active = self._neutron.active(ports)
        # Nova waits for a port to be plugged at the destination of a live
        # migration, where it is not active yet.
        self._neutron.up(ports)
        self._up |= active
        for port in ports:
            if port in active:
                self._later.pop(port, None)
            else:
                self._later[port] = now + _RETRY_INTERVAL


def main() -> None:
    """Run the agent that the command line names."""
    kind = KINDS[sys.argv[1]]
    # oslo.messaging wants some of its own options in the global object.
    conf = cfg.CONF
    register_options(conf)
    conf(sys.argv[2:])
    logging.basicConfig(level=logging.WARNING)
    Agent(kind, conf, rpc.Neutron(conf, kind.binary)).run()


if __name__ == '__main__':
    main()
