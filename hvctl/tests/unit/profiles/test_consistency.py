# SPDX-License-Identifier: Apache-2.0
"""Tests of what does not fit together in a profile."""

from __future__ import annotations

import typing
import unittest

from hvctl.model.health import Answer
from hvctl.model.networking import Address, Device, Ovn, Ovs, Sriov
from hvctl.model.profile import (
    LiveMigration,
    Profile,
    Subnetwork,
    TestGuest,
)
from hvctl.model.secret import Secret
from hvctl.model.transport import (
    ByImage,
    ColdSsh,
    LiveSsh,
    LiveTcp,
    LiveTls,
    TextFile,
    Transport,
)
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


class TestMigration(unittest.TestCase):
    """What is wrong with how hosts reach each other."""

    def test_network(self) -> None:
        """The others reach the host by an address that is known early."""
        known, other = (
            Subnetwork(network=name, address=address)
            for name, address in (
                ('m', Address.NEUTRON),
                ('d', Address.DHCP),
            )
        )
        for network, expected in (
            ('n', []),
            ('m', []),
            ('d', ['migration.network']),
            ('x', ['migration.network']),
        ):
            with self.subTest(network=network):
                self.assertEqual(
                    expected,
                    keys(
                        network='n',
                        subnetworks=(known, other),
                        migration=Transport(network=network),
                    ),
                )

    def test_keys(self) -> None:
        """A host has its own key or the one of all, and what belongs to it."""
        key, public = Secret('k'), TextFile(path='/c', text='c')
        for live, expected in (
            (LiveTls(issue=key), []),
            (LiveTls(certificate=public, private_key=key), []),
            (LiveTls(certificate=public), ['migration.live']),
            (LiveTls(private_key=key), ['migration.live']),
            (
                LiveTls(issue=key, certificate=public, private_key=key),
                ['migration.live.private_key'],
            ),
        ):
            with self.subTest(live=live):
                self.assertEqual(
                    expected, keys(migration=Transport(live=live))
                )
        self.assertEqual(
            ['migration.cold.private_key'],
            keys(
                migration=Transport(
                    cold=ColdSsh(issue_user=key, private_key=key)
                )
            ),
        )

    def test_live_by_ssh(self) -> None:
        """libvirt takes the keys of cold, and knows its hosts as root."""
        for cold, expected in (
            (None, ['migration.live.transport']),
            (ByImage(), ['migration.live.transport']),
            (ColdSsh(), []),
            (
                ColdSsh(accept_new_hosts=True),
                ['migration.cold.accept_new_hosts'],
            ),
            (ColdSsh(accept_new_hosts=True, issue_host=Secret('k')), []),
        ):
            with self.subTest(cold=cold):
                self.assertEqual(
                    expected,
                    keys(migration=Transport(live=LiveSsh(), cold=cold)),
                )

    def test_post_copy(self) -> None:
        """It does not go with TLS."""
        post_copy = LiveMigration(permit_post_copy=True)
        for live, expected in (
            (None, []),
            (LiveSsh(), []),
            (LiveTls(), ['live_migration.permit_post_copy']),
        ):
            with self.subTest(live=live):
                self.assertEqual(
                    expected,
                    keys(
                        live_migration=post_copy,
                        migration=Transport(live=live, cold=ColdSsh()),
                    ),
                )

    def test_mechanism(self) -> None:
        """Over TCP it encrypts, which TLS does by itself."""
        word = Secret('w')
        for mechanism, expected in (
            ('DIGEST-MD5', []),
            ('GSSAPI', []),
            ('CRAM-MD5', ['migration.live.mechanism']),
            ('PLAIN', ['migration.live.mechanism']),
            ('SCRAM-SHA-256', ['migration.live.mechanism']),
            ('SCRAM-SHA-512', ['migration.live.mechanism']),
        ):
            with self.subTest(mechanism=mechanism):
                self.assertEqual(
                    expected,
                    keys(
                        migration=Transport(
                            live=LiveTcp(password=word, mechanism=mechanism)
                        )
                    ),
                )
                self.assertEqual(
                    [],
                    keys(
                        migration=Transport(
                            live=LiveTls(password=word, mechanism=mechanism)
                        )
                    ),
                )

    def test_password(self) -> None:
        """What goes with a password needs one."""
        for live in (LiveTls(user='kolla'), LiveTls(mechanism='PLAIN')):
            with self.subTest(live=live):
                self.assertEqual(
                    ['migration.live'], keys(migration=Transport(live=live))
                )

    def test_options_of_nova(self) -> None:
        """Two of them say the same thing as the transport."""
        for option in ('live_migration_uri', 'live_migration_scheme'):
            nova = {'libvirt': {option: ('tcp',)}}
            for live, expected in (
                (ByImage(), []),
                (LiveTls(), [f'nova.libvirt.{option}']),
            ):
                with self.subTest(option=option, live=live):
                    self.assertEqual(
                        expected,
                        keys(nova=nova, migration=Transport(live=live)),
                    )
