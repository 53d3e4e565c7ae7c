# SPDX-License-Identifier: Apache-2.0
"""Tests of how options of create are laid over its profile."""

from __future__ import annotations

import argparse
import datetime
import pathlib
import tempfile
import unittest
from unittest import mock

from hvctl import exceptions
from hvctl.model import identity
from hvctl.model.preflight import Answers
from hvctl.model.profile import Profile, TestGuest
from hvctl.osc.create import settings

PROFILES = """\
profiles:
  large:
    image: img
    flavor: metal
    network: internalapi
    key_name: ops
    domain: example.org
    expiry: 8h
    live_migration: {max_concurrent: 2}
    networking: {kind: none}
    nova: {DEFAULT: {transport_url: 'rabbit://u:p@h/'}}
    health_test: {image: cirros}
  dense:
    extends: large
    ram_allocation_ratio: 1.2
  trunk:
    extends: large
    subnetworks: [{network: storage}]
  far:
    extends: large
    compute_cloud: other
  direct:
    extends: large
    health_test: {image: cirros, vnic_type: direct, network: tenants}
  eager:
    extends: large
    subnet: slow
    fixed_ip: 10.0.0.8
    health_test: {enabled: true, image: cirros}
  untested:
    extends: large
    health_test: {image: null}
  tunnelled:
    extends: trunk
    networking:
      kind: ovs
      tunnel_network: internalapi
      tunnel_types: [vxlan]
"""

#: What argparse gives when nothing is said.
NOTHING = {
    'profile': None,
    'profiles_file': None,
    'image': None,
    'flavor': None,
    'network': None,
    'key_name': None,
    'machine_zone': None,
    'domain': None,
    'vnic_type': None,
    'user_data': None,
    'config': None,
    'subnet': None,
    'fixed_ip': None,
    'health_test': None,
    'expires': None,
}


class TestSettle(unittest.TestCase):
    """What the hypervisors are to be."""

    def settle(self, profile=None, **options) -> settings.Settings:
        """Settle options over a profile."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = pathlib.Path(directory.name) / 'hvctl.yaml'
        path.write_text(PROFILES)
        return settings.merge_options(
            argparse.Namespace(
                **NOTHING
                | {'profile': profile, 'profiles_file': str(path)}
                | options
            )
        )

    def test_profile(self):
        """A profile is enough."""
        found = self.settle('large')

        self.assertEqual('img', found.names.image)
        self.assertEqual('metal', found.names.flavor)
        self.assertEqual('internalapi', found.names.network)
        self.assertEqual('ops', found.names.key_name)
        self.assertEqual('example.org', found.domain)
        self.assertEqual('baremetal', found.vnic_type)
        self.assertEqual(datetime.timedelta(hours=8), found.expires)
        self.assertEqual(2, found.parallel_migrations)
        self.assertEqual(0, found.agent_count)
        self.assertFalse(found.own_user_data)
        self.assertIsNone(found.test)

    def test_ram_ratio(self):
        """It is the profile's, or that of the nova.conf that is used."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = pathlib.Path(directory.name) / 'nova.conf'
        path.write_text('[DEFAULT]\ninitial_ram_allocation_ratio = 1.5\n')

        for options, expected in (
            ({}, 1.2),
            ({'config': str(path)}, 1.5),
            ({'user_data': str(path)}, 1.0),
        ):
            with self.subTest(options=options):
                self.assertEqual(
                    expected, self.settle('dense', **options).ram_ratio
                )

    def test_options_count_more(self):
        """Than what the profile says."""
        found = self.settle(
            'large',
            image='i',
            flavor='f',
            network='n',
            key_name='k',
            domain='d.org',
            vnic_type='normal',
            expires=datetime.timedelta(minutes=1),
            health_test=True,
        )

        names = found.names
        self.assertEqual(
            (
                'i',
                'f',
                'n',
                'k',
                'd.org',
                'normal',
                datetime.timedelta(minutes=1),
            ),
            (
                names.image,
                names.flavor,
                names.network,
                names.key_name,
                found.domain,
                found.vnic_type,
                found.expires,
            ),
        )
        self.assertEqual('cirros', names.test_image)

    def test_subnetworks(self):
        """They are looked up, and stood in for until their ports are made."""
        found = self.settle('trunk')

        (sub,) = found.names.subnetworks
        self.assertEqual('storage', sub.network)
        self.assertIn('storage', found.sketch.subports)

    def test_compute_cloud(self):
        """The profile says where the hypervisors register."""
        self.assertEqual('other', self.settle('far').compute_cloud)
        self.assertIsNone(self.settle('large').compute_cloud)

    def test_address_and_test(self):
        """Options count more here as well, and can say no."""
        found = self.settle('eager')
        self.assertEqual(
            ('slow', '10.0.0.8'), (found.names.subnet, found.fixed_ip)
        )
        self.assertIsNotNone(found.test)

        found = self.settle(
            'eager', subnet='fast', fixed_ip='10.0.0.9', health_test=False
        )
        self.assertEqual(
            ('fast', '10.0.0.9'), (found.names.subnet, found.fixed_ip)
        )
        self.assertIsNone(found.test)

    def test_direct_port(self):
        """The test guest has the port that the profile says."""
        found = self.settle('direct', health_test=True)

        self.assertEqual('tenants', found.names.test_network)
        self.assertEqual('direct', found.test.vnic_type)

    def test_refused(self):
        """In one sentence that says what to give or to leave out."""
        given = {'image': 'i', 'flavor': 'f', 'network': 'n'}
        for profile, options, words in (
            (None, {}, 'no image: give --image'),
            (None, {'image': 'i'}, 'no flavor: give --flavor'),
            (None, {'image': 'i', 'flavor': 'f'}, 'no network'),
            (None, given, 'nothing says what the host is to be'),
            (None, given | {'config': '/nowhere'}, '/nowhere cannot be read'),
            (None, given | {'user_data': '/'}, 'cannot be read'),
            (None, given | {'health_test': True}, 'needs the user-data of a'),
            (
                'large',
                {'health_test': True, 'user_data': __file__},
                'needs the user-data of a --profile',
            ),
            ('none', {}, 'none'),
            ('untested', {'health_test': True}, 'no health_test.image'),
        ):
            with self.subTest(profile=profile, options=options):
                with self.assertRaisesRegex(exceptions.HvctlError, words):
                    self.settle(profile, **options)

    def test_do_not_fit(self) -> None:
        """What options bring in is held to what the profile is held to."""
        self.settle('tunnelled')
        for options, words in (
            ({'network': 'other'}, 'networking.tunnel_network: is neither'),
            ({'network': 'storage'}, r'subnetworks: storage \(the entry 1\)'),
        ):
            with self.subTest(options=options):
                with self.assertRaisesRegex(exceptions.InvalidRequest, words):
                    self.settle('tunnelled', **options)

    def test_do_not_matter(self) -> None:
        """User-data of one's own says itself where tunnels end."""
        found = self.settle('tunnelled', network='other', user_data=__file__)

        self.assertTrue(found.own_user_data)


class TestUnknown(unittest.TestCase):
    """Which names of a profile the cloud does not know."""

    def asked(self, **fields):
        """What is asked for a profile."""
        client = mock.Mock()
        client.within.return_value.resolve.ask.return_value = Answers(
            problems=('there is no image x',)
        )

        said = settings.unknown(client, Profile(name='p', **fields))

        self.assertEqual(('there is no image x',), said)
        return client.within.return_value.resolve.ask.call_args.args[0]

    def test_part_of_a_profile(self):
        """One that others extend may have some of its names only."""
        names = self.asked(flavor='metal')

        self.assertEqual('metal', names.flavor)
        self.assertIsNone(names.image)
        self.assertIsNone(names.test_flavor)

    def test_health_test(self):
        """What create --health-test would use is asked for, too."""
        test = TestGuest(image='cirros')

        names = self.asked(health_test=test)

        self.assertEqual('cirros', names.test_image)
        self.assertEqual(identity.TEST_FLAVOR, names.test_flavor)

    def test_cloud_that_cannot_be_reached(self):
        """It is said of that profile, and hides no other."""
        client = mock.Mock()
        client.within.side_effect = exceptions.CloudError('no cloud far')

        said = settings.unknown(client, Profile(name='p', compute_cloud='far'))

        self.assertEqual(('no cloud far',), said)
