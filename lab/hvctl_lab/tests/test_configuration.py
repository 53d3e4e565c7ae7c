# SPDX-License-Identifier: Apache-2.0
"""Tests of all configuration files together."""

from __future__ import annotations

import dataclasses
import json
import stat

from openstack import config
from supervisor import options

from hvctl_lab import configuration
from hvctl_lab import credentials
from hvctl_lab import paths
from hvctl_lab.tests import base


class TestConfiguration(base.LabTestCase):
    """The files and programs of a lab."""

    def setUp(self) -> None:
        """Write the files."""
        super().setUp()
        self.secrets = credentials.load(self.lab)
        configuration.write(self.lab, self.secrets)

    def test_private(self):
        """Nobody but the owner can read a file, as many hold secrets."""
        for file in configuration.files(self.lab, self.secrets):
            with self.subTest(file=file):
                self.assertEqual(0o600, stat.S_IMODE(file.stat().st_mode))

    def test_no_secret_on_a_command_line(self):
        """No command line, which everybody can read, holds a secret."""
        for program in configuration.programs_of(self.lab):
            for secret in dataclasses.astuple(self.secrets):
                self.assertNotIn(secret, ' '.join(program.command))

    def test_supervisor_reads_it(self):
        """supervisord takes the file and finds every program in it."""
        parsed = options.ServerOptions()
        file = configuration.supervisor_configuration(self.lab)

        parsed.realize(['--configuration', str(file)])

        found = {
            process.name: process
            for group in parsed.process_group_configs
            for process in group.process_configs
        }
        for program in configuration.programs_of(self.lab):
            self.assertIn(program.name, found)
            self.assertFalse(found[program.name].autostart)
            for name, value in program.environment.items():
                self.assertEqual(value, found[program.name].environment[name])
        machine = found['node-3']
        self.assertTrue(machine.command.endswith(' node-3'))
        self.assertEqual(
            str(self.lab.node('node-3') / 'console.log'),
            machine.stdout_logfile,
        )

    def test_loopback_only(self):
        """No configuration names an address that others could reach."""
        for file, text in configuration.files(self.lab, self.secrets).items():
            self.assertNotIn('0.0.0.0', text, file)

    def test_one_program_for_a_port(self):
        """Every port of the block but the metadata API's is waited for."""
        ports = [
            program.port
            for program in configuration.programs_of(self.lab)
            if program.port
        ]

        self.assertEqual(len(set(ports)), len(ports))
        self.assertLessEqual(
            set(ports), {self.lab.port(port) for port in paths.Port}
        )

    def test_clouds(self):
        """clouds.yaml has the cloud in four ways."""
        clouds = json.loads(self.lab.clouds_yaml.read_text())['clouds']

        self.assertEqual(
            {'lab', 'lab-demo', 'lab-system', 'lab-compute'}, set(clouds)
        )
        self.assertEqual(
            'http://127.0.0.1:23000/v3', clouds['lab']['auth']['auth_url']
        )
        self.assertEqual('all', clouds['lab-system']['auth']['system_scope'])

    def test_compute_cloud(self):
        """The compute cloud has a project of its own and no bare metal."""
        clouds = config.OpenStackConfig(
            config_files=[str(self.lab.clouds_yaml)], load_envvars=False
        )
        metal, compute = clouds.get_one('lab'), clouds.get_one('lab-compute')

        self.assertEqual('compute', compute.config['auth']['project_name'])
        self.assertEqual(
            metal.config['auth']['auth_url'],
            compute.config['auth']['auth_url'],
        )
        self.assertEqual(
            'http://127.0.0.1:1', compute.get_endpoint('baremetal')
        )
        for service in ('compute', 'network', 'placement', 'image'):
            self.assertIsNone(compute.get_endpoint(service))

    def test_only_users_can_be_reached(self):
        """Others get through the lab's directory, and find all closed."""
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode)
            for path in (self.lab.directory, *self.lab.directory.iterdir())
        }

        self.assertEqual(0o711, modes.pop(self.lab.directory.name))
        self.assertEqual(0, sum(mode & 0o077 for mode in modes.values()))
        self.assertEqual(self.lab.run, self.lab.database_socket.parent)

    def test_hypervisors_are_told_no_host(self):
        """Whoever makes a hypervisor says what its host is called."""
        text = self.lab.hypervisor_nova_conf.read_text()

        self.assertNotIn('\nhost =', text)
        self.assertIn('transport_url = rabbit://', text)
        self.assertNotIn('[database]', text)
