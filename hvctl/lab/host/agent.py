# SPDX-License-Identifier: Apache-2.0

"""Stands in for Neutron's agents on a host, speaking their real RPC.

It reports the agent's state, and tells Neutron which of the ports that are
bound to this host are plugged into its switch.  The RPC is written out here
instead of importing Neutron, which costs each host 100 MB and two seconds.
"""

import dataclasses
import datetime
import logging
import socket
import sys
import threading
import time
from typing import Any
import uuid

from oslo_config import cfg
import oslo_messaging

from hvctl.lab.host import switch

LOG = logging.getLogger(__name__)

_OPTIONS = (
    cfg.StrOpt('host', default=socket.gethostname()),
    cfg.IntOpt('report_interval', default=5, min=1),
)
_SWITCH_OPTIONS = {
    'ovs': (
        cfg.DictOpt('bridge_mappings', default={}),
        cfg.StrOpt('local_ip'),
    ),
    'agent': (cfg.ListOpt('tunnel_types', default=[]),),
    'sriov_nic': (cfg.DictOpt('physical_device_mappings', default={}),),
}

_EXCHANGE = 'neutron'
_STATE_TOPIC = 'q-reports-plugin'
_PLUGIN_TOPIC = 'q-plugin'
_UPDATE_TOPIC = 'q-agent-notifier-port-update'
_CONTEXT = {'is_admin': True}
_TIMEOUT = 10
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


def configurations(kind: Kind, conf: cfg.ConfigOpts) -> dict[str, Any]:
    """Describe the switch as Neutron's mechanism driver expects it.

    :param kind: the agent.
    :param conf: its configuration.
    :returns: the ``configurations`` of the agent's record.
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


class _Updates:
    """Hears from Neutron, in threads of its own, which ports have changed."""

    target = oslo_messaging.Target(version='1.4')

    def __init__(self) -> None:
        self._ports: set[str] = set()
        self._lock = threading.Lock()

    def port_update(self, context: Any, **kwargs: Any) -> None:
        """Note a change; this is Neutron's remote procedure call."""
        with self._lock:
            self._ports.add(kwargs['port']['id'])

    def take(self) -> set[str]:
        """Give the ports that have changed since the last time."""
        with self._lock:
            taken, self._ports = self._ports, set()
            return taken


class Agent:
    """One agent on this host."""

    def __init__(self, kind: Kind, conf: cfg.ConfigOpts) -> None:
        """Make an agent that has not yet said anything.

        :param kind: which one.
        :param conf: its configuration.
        """
        transport = oslo_messaging.get_rpc_transport(conf)
        self._updates = _Updates()
        self._server = oslo_messaging.get_rpc_server(
            transport,
            oslo_messaging.Target(
                topic=_UPDATE_TOPIC, server=conf.host, fanout=True
            ),
            [self._updates],
            executor='threading',
        )
        self._state_client = oslo_messaging.get_rpc_client(
            transport,
            oslo_messaging.Target(topic=_STATE_TOPIC, version='1.2'),
            timeout=_TIMEOUT,
        )
        self._plugin_client = oslo_messaging.get_rpc_client(
            transport,
            oslo_messaging.Target(topic=_PLUGIN_TOPIC, version='1.9'),
            timeout=_TIMEOUT,
        )
        self._kind = kind
        self._host = conf.host
        self._report_interval = conf.report_interval
        self._state = {
            'binary': kind.binary,
            'host': conf.host,
            'agent_type': kind.agent_type,
            'topic': 'N/A',
            'configurations': configurations(kind, conf),
            'start_flag': True,
        }
        self._agent_id = f'{kind.binary}-{conf.host}'
        self._next_report = 0.0
        #: Ports that Neutron knows as up.
        self._up: set[str] = set()
        #: When to speak again of a port that is not active here.
        self._later: dict[str, float] = {}

    def run(self) -> None:
        """Work until the process is ended."""
        self._server.start()
        while True:
            try:
                self.step(time.monotonic())
            except oslo_messaging.MessagingException as error:
                # The next look tries again, as the real agents do.
                LOG.warning('Neutron does not answer: %s', error)
            time.sleep(_LOOK_INTERVAL)

    def step(self, now: float) -> None:
        """Report what is due.

        :param now: seconds, steadily growing.
        """
        if now >= self._next_report:
            self._report_state()
            self._next_report = now + self._report_interval
        plugged = switch.plugged(self._kind.vif_type)
        # What was never active here, as at the destination of a migration
        # that failed, is not this agent's to report down.
        self._later = {
            port: due for port, due in self._later.items() if port in plugged
        }
        gone = self._up - plugged
        # A port that was changed may have gone down by that.
        self._up -= self._updates.take()
        if gone:
            self._update(devices_down=sorted(gone))
            self._up -= gone
        new = {
            port
            for port in plugged - self._up
            if now >= self._later.get(port, 0.0)
        }
        if new:
            active = self._active(new)
            # Nova waits for a port to be plugged at the destination of a
            # live migration, where it is not active yet.
            self._update(devices_up=sorted(new))
            self._up |= active
            for port in active:
                self._later.pop(port, None)
            for port in new - active:
                self._later[port] = now + _RETRY_INTERVAL

    def _report_state(self) -> None:
        now = datetime.datetime.now(datetime.UTC)
        self._state_client.call(
            _CONTEXT,
            'report_state',
            agent_state={
                'agent_state': {**self._state, 'uuid': str(uuid.uuid4())}
            },
            time=f'{now:%Y-%m-%dT%H:%M:%S.%f}',
        )
        self._state.pop('start_flag', None)

    def _active(self, ports: set[str]) -> set[str]:
        """Ask which ports are bound to this host and active."""
        result = self._plugin_client.call(
            _CONTEXT,
            'get_devices_details_list_and_failed_devices',
            devices=sorted(ports),
            agent_id=self._agent_id,
            host=self._host,
        )
        return {
            details['port_id']
            for details in result['devices']
            if 'port_id' in details
        }

    def _update(self, **devices: list[str]) -> None:
        self._plugin_client.call(
            _CONTEXT,
            'update_device_list',
            agent_id=self._agent_id,
            host=self._host,
            **devices,
        )


def main() -> None:
    """Be the agent that the command line names."""
    kind = KINDS[sys.argv[1]]
    # oslo.messaging wants some of its own options in the global object.
    conf = cfg.CONF
    oslo_messaging.set_transport_defaults(control_exchange=_EXCHANGE)
    conf.register_opts(_OPTIONS)
    for group, options in _SWITCH_OPTIONS.items():
        conf.register_opts(options, group)
    conf(sys.argv[2:])
    logging.basicConfig(level=logging.WARNING)
    Agent(kind, conf).run()


if __name__ == '__main__':
    main()
