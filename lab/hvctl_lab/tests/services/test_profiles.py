# SPDX-License-Identifier: Apache-2.0
"""Tests of the lab's profiles, as hvctl reads them."""

from __future__ import annotations

import dataclasses

import yaml

from hvctl.model import networking
from hvctl.model.machine_ports import MachinePorts
from hvctl.osc import authorities
from hvctl.profiles import files
from hvctl.userdata.document import rendering
from hvctl_lab import configuration
from hvctl_lab import credentials
from hvctl_lab import realness
from hvctl_lab.services import common
from hvctl_lab.services import profiles
from hvctl_lab.tests import base


class TestProfiles(base.LabTestCase):
    """The profiles of a lab."""

    def setUp(self) -> None:
        """Write them."""
        super().setUp()
        self.secrets = credentials.load(self.lab)
        realness.want(self.lab)
        configuration.write(self.lab, self.secrets)
        # As the command does that the lab calls.
        authorities.create(
            files.load(str(self.lab.profiles)), profiles.REAL, 'migration'
        )
        self.library = files.load(str(self.lab.profiles))

    def test_all(self):
        """All are right, and the plain one is the first."""
        names = self.library.names()

        self.assertEqual(profiles.PLAIN, names[0])
        for name in names:
            self.assertEqual((), self.library.problems(name))

    def test_kinds(self):
        """There is one for each kind that the lab's machines can be."""
        kinds = {
            self.library.get(name).networking.kind
            for name in self.library.names()
        }

        self.assertEqual({'none', 'ovs', 'sriov'}, kinds)

    def test_secrets(self):
        """The secrets are in their own file only, and no others are."""
        text = self.lab.profiles.read_text()
        beside = self.lab.profiles_secrets.read_text()

        for field in dataclasses.fields(self.secrets):
            secret = getattr(self.secrets, field.name)
            self.assertNotIn(secret, text)
            self.assertEqual(
                field.name in ('rabbitmq', 'service'), secret in beside
            )

    def test_user_data(self):
        """Every profile makes a user-data that Nova takes."""
        for name in self.library.names():
            with self.subTest(profile=name):
                profile = self.library.get(name)
                rendered = rendering.render(
                    profile,
                    name='hv1',
                    compute_id='an-id',
                    ports=MachinePorts(address='10.0.0.21'),
                )

                self.assertIn(
                    self.secrets.rabbitmq,
                    ''.join(part.text for part in rendered.parts),
                )
                self.assertTrue(rendered.encode())

    def test_real(self):
        """A real one is what libvirt runs, at an address of its own."""
        profile = self.library.get('real')

        assert isinstance(profile.networking, networking.Ovs)
        self.assertNotIn('my_ip', profile.nova['DEFAULT'])
        self.assertNotIn('compute_driver', profile.nova['DEFAULT'])
        self.assertEqual((), profile.networking.tunnel_types)
        self.assertNotIn('local_ip', profile.neutron['ovs'])
        self.assertEqual(
            (str(common.REPORT_INTERVAL),),
            profile.neutron['agent']['report_interval'],
        )

    def test_guests_move(self):
        """Real guests move by keys of each host's own."""
        self.assertTrue(self.library.get('real').migration.issues)

    def test_authorities_stay(self):
        """What hosts trust is what it was, however often it is written."""
        before = yaml.safe_load(self.lab.profiles_secrets.read_text())
        run = self.mock('hvctl_lab.execution.run')

        configuration.write(self.lab, self.secrets)
        profiles.ensure_authorities(self.lab)

        run.assert_not_called()
        after = yaml.safe_load(self.lab.profiles_secrets.read_text())
        self.assertEqual(before, after)

    def test_only_where_wanted(self):
        """A lab that cannot have real ones has no profile for them."""
        written = profiles.files(self.lab, self.secrets, real=False)

        self.assertNotIn('real:', written[self.lab.profiles])

    def test_virtual_functions(self):
        """The driver pretends as many functions as the machine makes."""
        profile = self.library.get('sriov')

        assert isinstance(profile.networking, networking.Sriov)
        (device,) = profile.networking.devices
        self.assertEqual(
            (str(device.vfs),), profile.nova['hvctl_lab']['virtual_functions']
        )
