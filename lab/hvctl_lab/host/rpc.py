# SPDX-License-Identifier: Apache-2.0
"""Speaks the remote procedure calls between Neutron and its agents.

They are written out here instead of importing Neutron, which would cost each
host 100 MB and two seconds.
"""

from __future__ import annotations

import datetime
import threading
import typing
import uuid

from oslo_config import cfg
import oslo_messaging

_EXCHANGE = 'neutron'
_STATE_TARGET = oslo_messaging.Target(topic='q-reports-plugin', version='1.2')
_PLUGIN_TARGET = oslo_messaging.Target(topic='q-plugin', version='1.9')
_UPDATE_TOPIC = 'q-agent-notifier-port-update'
_CONTEXT = {'is_admin': True}
_TIMEOUT = 10


class _Endpoint:
    """Takes Neutron's calls, in threads of the messaging library."""

    target = oslo_messaging.Target(version='1.4')

    def __init__(self) -> None:
        self._ports: set[str] = set()
        self._lock = threading.Lock()

    def port_update(self, context: typing.Any, **kwargs: typing.Any) -> None:
        """Note a change; Neutron calls this."""
        with self._lock:
            self._ports.add(kwargs['port']['id'])

    def take(self) -> set[str]:
        with self._lock:
            taken, self._ports = self._ports, set()
            return taken


class Neutron:
    """Neutron, as one agent of a host sees it."""

    def __init__(self, conf: cfg.ConfigOpts, binary: str) -> None:
        """Connect to the message bus.

        :param conf: says which bus and which host
        :param binary: the agent's name
        """
        oslo_messaging.set_transport_defaults(control_exchange=_EXCHANGE)
        transport = oslo_messaging.get_rpc_transport(conf)
        self._state = oslo_messaging.get_rpc_client(
            transport, _STATE_TARGET, timeout=_TIMEOUT
        )
        self._plugin = oslo_messaging.get_rpc_client(
            transport, _PLUGIN_TARGET, timeout=_TIMEOUT
        )
        self._sender = {
            'host': conf.host,
            'agent_id': f'{binary}-{conf.host}',
        }
        self._endpoint = _Endpoint()
        self._server = oslo_messaging.get_rpc_server(
            transport,
            oslo_messaging.Target(
                topic=_UPDATE_TOPIC, server=conf.host, fanout=True
            ),
            [self._endpoint],
            executor='threading',
        )

    def listen(self) -> None:
        """Begin to receive changes of ports."""
        self._server.start()

    def changed(self) -> set[str]:
        """Return the ports that have changed since the last call."""
        return self._endpoint.take()

    def report_state(self, state: dict[str, typing.Any]) -> None:
        """Report that the agent is alive.

        :param state: the agent's record
        :raises MessagingException: when there is no answer in time
        """
        now = datetime.datetime.now(datetime.UTC)
        self._state.call(
            _CONTEXT,
            'report_state',
            agent_state={'agent_state': {**state, 'uuid': str(uuid.uuid4())}},
            time=f'{now:%Y-%m-%dT%H:%M:%S.%f}',
        )

    def active(self, ports: set[str]) -> set[str]:
        """Ask which ports are bound to this host and active.

        :param ports: the ids to ask for
        :returns: those that are
        :raises MessagingException: when there is no answer in time
        """
        result = self._plugin.call(
            _CONTEXT,
            'get_devices_details_list_and_failed_devices',
            devices=sorted(ports),
            **self._sender,
        )
        return {
            details['port_id']
            for details in result['devices']
            if 'port_id' in details
        }

    def up(self, ports: set[str]) -> None:
        """Report ports as wired.

        :raises MessagingException: when there is no answer in time
        """
        self._plugin.call(
            _CONTEXT,
            'update_device_list',
            devices_up=sorted(ports),
            **self._sender,
        )

    def down(self, ports: set[str]) -> None:
        """Report ports as unplugged.

        :raises MessagingException: when there is no answer in time
        """
        self._plugin.call(
            _CONTEXT,
            'update_device_list',
            devices_down=sorted(ports),
            **self._sender,
        )
