# SPDX-License-Identifier: Apache-2.0
"""Plugs the guests' ports into the host's switch, as Nova's drivers do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import contextlib

from nova import exception
from nova import objects
import nova.conf
from nova.context import RequestContext
from nova.network.model import NetworkInfo
from nova.network.model import VIF
from nova.virt import fake

from hvctl_lab import differences
from hvctl_lab.host import switch

CONF = nova.conf.CONF


class WithPorts(fake.FakeDriverWithoutFakeNodes):
    """Nova's fake driver, with ports that agents see and wire."""

    def plug_vifs(
        self, instance: objects.Instance, network_info: Iterable[VIF]
    ) -> None:
        """Plug a guest's ports.

        :param instance: the guest
        :param network_info: Nova's description of the ports
        """
        for vif in network_info:
            switch.plug(vif['id'], vif['type'])

    def unplug_vifs(
        self, instance: objects.Instance, network_info: NetworkInfo | None
    ) -> None:
        """Unplug a guest's ports.

        :param instance: the guest
        :param network_info: Nova's description of the ports
        """
        for vif in network_info or ():
            switch.unplug(vif['id'])

    def attach_interface(
        self,
        context: RequestContext,
        instance: objects.Instance,
        image_meta: objects.ImageMeta,
        vif: VIF,
    ) -> None:
        """Plug one more port."""
        super().attach_interface(context, instance, image_meta, vif)
        self.plug_vifs(instance, [vif])

    def detach_interface(
        self, context: RequestContext, instance: objects.Instance, vif: VIF
    ) -> None:
        """Unplug one port."""
        # The guest may have come with its ports from another host, so it
        # does not matter whether this one remembers attaching it.
        self._interfaces.pop(vif['id'], None)
        self.unplug_vifs(instance, [vif])

    @contextlib.contextmanager
    def plugging(
        self, instance: objects.Instance, network_info: Iterable[VIF]
    ) -> Iterator[None]:
        """Plug ports, do something, and wait until Neutron has wired them.

        :param instance: the guest
        :param network_info: Nova's description of the ports
        :raises VirtualInterfaceCreateException: when they are not wired in
            time and the configuration says that this is fatal
        """
        events = [
            ('network-vif-plugged', vif['id'])
            for vif in network_info
            if vif.get('active', True) is False
        ]
        timeout = CONF.vif_plugging_timeout
        try:
            with differences.neutron_events(
                self.virtapi,
                instance,
                events if timeout else [],
                timeout,
                self._plugging_failed,
            ):
                self.plug_vifs(instance, network_info)
                yield
        except TimeoutError:
            if CONF.vif_plugging_is_fatal:
                raise exception.VirtualInterfaceCreateException() from None

    @staticmethod
    def _plugging_failed(event_name: str, instance: objects.Instance) -> None:
        if CONF.vif_plugging_is_fatal:
            raise exception.VirtualInterfaceCreateException()
