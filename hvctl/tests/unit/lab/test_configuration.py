# SPDX-License-Identifier: Apache-2.0

"""Tests of all configuration files together."""

import dataclasses
import json
import stat

from supervisor import options

from hvctl.lab import configuration
from hvctl.lab import credentials
from hvctl.lab import paths
from hvctl.tests.unit.lab import base


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
        """clouds.yaml has an administrator, a tenant and the system."""
        clouds = json.loads(self.lab.clouds_yaml.read_text())['clouds']

        self.assertEqual({'lab', 'lab-demo', 'lab-system'}, set(clouds))
        self.assertEqual(
            'http://127.0.0.1:23000/v3', clouds['lab']['auth']['auth_url']
        )
        self.assertEqual('all', clouds['lab-system']['auth']['system_scope'])

    def test_hypervisors_are_told_no_host(self):
        """Whoever makes a hypervisor says what its host is called."""
        text = self.lab.hypervisor_nova_conf.read_text()

        self.assertNotIn('\nhost =', text)
        self.assertIn('transport_url = rabbit://', text)
        self.assertNotIn('[database]', text)
