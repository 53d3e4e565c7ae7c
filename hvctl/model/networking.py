# SPDX-License-Identifier: Apache-2.0
"""What connects a hypervisor's guests: one class for each kind."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import enum
import typing

from hvctl.model.secret import Secret

#: The name of an interface or of a bridge: what the kernel takes, of the
#: characters that no shell, no table and no list of pairs minds.
INTERFACE = r'[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}'
#: ML2 with Open vSwitch keeps the rules of security groups in the switch.
DEFAULT_FIREWALL = 'openvswitch'


class Address(enum.StrEnum):
    """Where a VLAN interface of the host has its address from."""

    NEUTRON = 'neutron'
    """Written into the user-data: the one that Neutron gave its port."""
    DHCP = 'dhcp'
    NONE = 'none'


class Link(enum.StrEnum):
    """What a network device speaks."""

    ETHERNET = 'ethernet'
    INFINIBAND = 'infiniband'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoNetworking:
    """Guests have no ports, or what connects them is in the image."""

    kind: typing.ClassVar[str] = 'none'
    #: How many network agents a host of this kind has.
    agent_count: typing.ClassVar[int] = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ovs:
    """Open vSwitch with Neutron's own agent.

    :ivar bridge_mappings: the bridge of each physical network
    :ivar bridge_interfaces: the host's interface that is put into a bridge,
        by bridge; a bridge without one is connected by the image
    :ivar tunnel_types: ``vxlan``, ``gre``, ``geneve``; none is no tunnels
    :ivar tunnel_network: the network whose address is the tunnels' end: the
        machine's own, or one of its sub-networks; None is the machine's own
    :ivar tunnel_interface: the interface with that address instead
    :ivar l2_population: as on the cloud's other agents
    :ivar firewall_driver: as on the cloud's other agents
    """

    kind: typing.ClassVar[str] = 'ovs'
    agent_count: typing.ClassVar[int] = 1

    bridge_mappings: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    bridge_interfaces: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    tunnel_types: tuple[str, ...] = ()
    tunnel_network: str | None = None
    tunnel_interface: str | None = None
    l2_population: bool = False
    firewall_driver: str = DEFAULT_FIREWALL


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """An adapter whose virtual functions go to guests.

    :ivar interface: its name on the host, as ``ens1f0`` or ``ib0``
    :ivar physical_network: what it is connected to
    :ivar vfs: virtual functions to make at every boot
    :ivar link: what it speaks; the functions of InfiniBand get their GUIDs
        and are not bound to the host's driver
    :ivar exclude: PCI addresses of functions that guests do not get
    :ivar trusted: let guests set what the card otherwise does not let them
        (promiscuous mode, MAC addresses)
    """

    interface: str
    physical_network: str
    vfs: int
    link: Link = Link.ETHERNET
    exclude: tuple[str, ...] = ()
    trusted: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sriov:
    """Virtual functions for ports of the VNIC type direct, on VLANs.

    :ivar devices: the adapters, one at least
    """

    kind: typing.ClassVar[str] = 'sriov'

    devices: tuple[Device, ...]

    @property
    def agent_count(self) -> int:
        """One for each thing that its cards speak."""
        return len({device.link for device in self.devices})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ovn:
    """Open vSwitch with OVN's controller.

    :ivar southbound: connections to the southbound database, each
        ``tcp:<address>:<port>`` or ``ssl:<address>:<port>``
    :ivar encap_type: ``geneve`` or ``vxlan``
    :ivar bridge_mappings: the bridge of each physical network
    :ivar bridge_interfaces: the host's interface that is put into a bridge,
        by bridge
    :ivar tunnel_network: as for :class:`Ovs`
    :ivar tunnel_interface: as for :class:`Ovs`
    :ivar metadata_host: where Nova's metadata service answers; None leaves
        the metadata agent out
    :ivar metadata_proxy_shared_secret: what that service knows its agents by
    """

    kind: typing.ClassVar[str] = 'ovn'

    southbound: tuple[str, ...]
    encap_type: str = 'geneve'
    bridge_mappings: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    bridge_interfaces: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    tunnel_network: str | None = None
    tunnel_interface: str | None = None
    metadata_host: str | None = None
    metadata_proxy_shared_secret: Secret | None = dataclasses.field(
        default=None, repr=False
    )

    @property
    def agent_count(self) -> int:
        """The controller, and the agent that brings the metadata."""
        return 1 if self.metadata_host is None else 2


Networking = NoNetworking | Ovs | Sriov | Ovn
