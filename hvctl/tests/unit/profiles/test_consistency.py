# SPDX-License-Identifier: Apache-2.0
"""Tests of what does not fit together in a profile."""

from __future__ import annotations

import typing
import unittest

from hvctl.model.health import Answer
from hvctl.model.networking import Device, Ovn, Ovs, Sriov
from hvctl.model.profile import Profile, Subnetwork, TestGuest
from hvctl.model.secret import Secret
from hvctl.profiles import consistency


def keys(**fields: typing.Any) -> list[str]:
    """Return the keys at which a profile does not fit together."""
    profile = Profile(name='p', **fields)
    return [misfit.key for misfit in consistency.misfits(profile)]


class TestMisfits(unittest.TestCase):
    """What is wrong although every value is good by itself."""

    def test_nothing(self) -> None:
        """A profile may leave out everything."""
        self.assertEqual([], keys())

    def test_host(self) -> None:
        """The name of the host is hvctl's to set, in either file."""
        for field in ('nova', 'neutron'):
            with self.subTest(field=field):
                self.assertEqual(
                    [f'{field}.DEFAULT.host'],
                    keys(**{field: {'DEFAULT': {'host': ('other',)}}}),
                )
                self.assertEqual(
                    [], keys(**{field: {'vnc': {'host': ('other',)}}})
                )

    def test_health_test(self) -> None:
        """A test guest boots an image, and answers by a network."""
        for test in (
            TestGuest(enabled=True),
            TestGuest(vnic_type='direct'),
            TestGuest(answer=Answer.ADDRESS),
        ):
            with self.subTest(test=test):
                self.assertEqual(['health_test'], keys(health_test=test))
        good = TestGuest(
            enabled=True, image='i', network='n', answer=Answer.ADDRESS
        )
        self.assertEqual([], keys(health_test=good))

    def test_networks(self) -> None:
        """An address is of a network, and each network is there once."""
        one = Subnetwork(network='n')

        self.assertEqual(['fixed_ip'], keys(fixed_ip='10.0.0.2'))
        self.assertEqual([], keys(fixed_ip='10.0.0.2', network='n'))
        self.assertEqual(['subnetworks'], keys(subnetworks=(one, one)))
        self.assertEqual(
            ['subnetworks'], keys(network='n', subnetworks=(one,))
        )
        self.assertEqual([], keys(network='m', subnetworks=(one,)))

    def test_tunnel_network(self) -> None:
        """Tunnels end in a network that the machine is in."""
        subnetworks = (Subnetwork(network='storage'),)
        for network, expected in (
            ('internal', []),
            ('storage', []),
            ('other', ['networking.tunnel_network']),
        ):
            for wiring in (
                Ovs(tunnel_network=network),
                Ovn(southbound=('tcp:a:1',), tunnel_network=network),
            ):
                with self.subTest(wiring=wiring):
                    self.assertEqual(
                        expected,
                        keys(
                            network='internal',
                            subnetworks=subnetworks,
                            networking=wiring,
                        ),
                    )

    def test_tunnel_interface(self) -> None:
        """There is one end of tunnels."""
        self.assertEqual(
            ['networking.tunnel_interface'],
            keys(
                network='n',
                networking=Ovs(tunnel_network='n', tunnel_interface='e'),
            ),
        )

    def test_bridges(self) -> None:
        """An interface is put into a bridge that is made."""
        self.assertEqual(
            ['networking.bridge_interfaces.br-ex'],
            keys(networking=Ovs(bridge_interfaces={'br-ex': 'eth1'})),
        )

    def test_devices(self) -> None:
        """An adapter is there once."""
        device = Device(interface='a', physical_network='p', vfs=1)

        self.assertEqual(
            ['networking.devices'],
            keys(networking=Sriov(devices=(device, device))),
        )

    def test_metadata(self) -> None:
        """The metadata agent needs both of its keys."""
        for host, secret, expected in (
            ('h', None, ['networking']),
            (None, Secret('s'), ['networking']),
            ('h', Secret('s'), []),
        ):
            with self.subTest(host=host, secret=secret):
                wiring = Ovn(
                    southbound=('tcp:a:1',),
                    metadata_host=host,
                    metadata_proxy_shared_secret=secret,
                )

                self.assertEqual(expected, keys(networking=wiring))
