# SPDX-License-Identifier: Apache-2.0
"""Tests of the built-in user-data."""

from __future__ import annotations

import configparser
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import hypothesis
from hypothesis import strategies
import jsonschema
from oslo_config import cfg
import yaml

from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import requests
from hvctl.userdata.own_nova_conf import builtin
from hvctl.userdata.own_nova_conf import fragment

#: Where the distribution's package of cloud-init has its schema.
SCHEMA = pathlib.Path(
    '/usr/lib/python3/dist-packages/cloudinit/config/schemas/'
    'schema-cloud-config-v1.json'
)
CHOSEN = builders.a_compute_id()


def render(text=requests.NOVA_CONF, domain=None, address='10.0.0.21') -> str:
    """Write the user-data of hv1."""
    return builtin.render(
        name='hv1',
        domain=domain,
        compute_id=CHOSEN,
        address=address,
        config=fragment.read(text, 'nova.conf'),
    )


def files(document: str) -> dict[str, dict]:
    """The files of a user-data, by path."""
    config = yaml.safe_load(document)
    return {file['path']: file for file in config['write_files']}


class TestRender(unittest.TestCase):
    """The cloud-config."""

    def test_is_a_cloud_config(self) -> None:
        """Its first line is what cloud-init knows it by."""
        document = render()

        self.assertEqual('#cloud-config', document.splitlines()[0])
        self.assertIsInstance(yaml.safe_load(document), dict)

    def test_files(self) -> None:
        """The files' exact content, for the services' groups only."""
        found = files(render())

        self.assertEqual(
            {
                '/etc/nova/compute_id': f'{CHOSEN}\n',
                '/etc/nova/nova.conf': '[DEFAULT]\nhost = hv1\n'
                f'my_ip = 10.0.0.21\n\n{requests.NOVA_CONF}',
                '/etc/neutron/neutron.conf': '[DEFAULT]\nhost = hv1\n'
                'transport_url = '
                f'rabbit://nova:{requests.SECRET}@10.0.0.1/\n'
                '\n[agent]\n'
                'root_helper = sudo neutron-rootwrap '
                '/etc/neutron/rootwrap.conf\n'
                'root_helper_daemon = sudo neutron-rootwrap-daemon '
                '/etc/neutron/rootwrap.conf\n'
                '\n[oslo_concurrency]\n'
                'lock_path = /var/lib/neutron/lock\n',
            },
            {path: file['content'] for path, file in found.items()},
        )
        for path, file in found.items():
            self.assertEqual('0640', file['permissions'])
            group = path.split('/')[2]
            self.assertEqual(f'root:{group}', file['owner'])

    def test_nova_conf_has_the_host(self) -> None:
        """The name is in [DEFAULT], whatever section the fragment ends in."""
        parser = configparser.ConfigParser(
            strict=False, interpolation=None, default_section='none'
        )

        parser.read_string(files(render())['/etc/nova/nova.conf']['content'])

        self.assertEqual('hv1', parser['DEFAULT']['host'])
        self.assertIn('transport_url', parser['DEFAULT'])

    def test_address(self) -> None:
        """The fragment's own wins; without any it is Nova's default."""
        for text, address, expected in (
            ('my_ip = 10.9.9.9\n', '10.0.0.21', '10.9.9.9'),
            ('', '10.0.0.21', '10.0.0.21'),
            ('', 'fd00::9', 'fd00::9'),
            ('', None, 'the default'),
        ):
            with self.subTest(text=text, address=address):
                found = files(render(f'[DEFAULT]\n{text}', None, address))
                conf = cfg.ConfigOpts()
                conf.register_opts(
                    [
                        cfg.StrOpt('host'),
                        cfg.StrOpt('my_ip', default='the default'),
                    ]
                )
                with tempfile.NamedTemporaryFile('w') as file:
                    file.write(found['/etc/nova/nova.conf']['content'])
                    file.flush()
                    conf(['--config-file', file.name])

                self.assertEqual('hv1', conf.host)
                self.assertEqual(expected, conf.my_ip)

    def test_nova_compute_starts_last(self) -> None:
        """What it needs is there when it registers."""
        config = yaml.safe_load(render())

        for installed, enabled in (
            ('nova-compute', 'nova-compute'),
            ('openstack-nova-compute', 'openstack-nova-compute'),
            ('nova-compute openstack-nova-compute', 'nova-compute'),
            # It is not there, and systemd says so.
            ('nothing', 'nova-compute'),
        ):
            with self.subTest(installed=installed):
                self.assertEqual(
                    f'enable --now {enabled}\n',
                    self.run_with_units(installed, config['runcmd'][-1]),
                )
        self.assertIn('neutron-openvswitch-agent', str(config['runcmd'][1]))

    def run_with_units(self, installed: str, command: list[str]) -> str:
        """Run a command with a systemctl that says what is asked of it."""
        with tempfile.TemporaryDirectory() as directory:
            systemctl = pathlib.Path(directory) / 'systemctl'
            systemctl.write_text(
                '#!/bin/sh\n'
                'if [ "$1" != cat ]; then echo "$@"; exit; fi\n'
                f'for unit in {installed}; do\n'
                '    if [ "$unit" = "$2" ]; then exit; fi\n'
                'done\n'
                'exit 1\n'
            )
            systemctl.chmod(0o755)
            path = f'{directory}:{os.environ["PATH"]}'
            return subprocess.run(
                command,
                env={'PATH': path},
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout

    def test_without_messages_of_neutron(self) -> None:
        """Without a transport_url there is no agent to set up."""
        document = render('[libvirt]\nvirt_type = kvm\n')

        self.assertNotIn('neutron', document)

    def test_names(self) -> None:
        """libvirt's name is the provider's, with a domain or without."""
        for domain, qualified in ((None, 'hv1'), ('a.org', 'hv1.a.org')):
            with self.subTest(domain=domain):
                config = yaml.safe_load(render(domain=domain))

                self.assertEqual('hv1', config['hostname'])
                self.assertEqual(qualified, config['fqdn'])
                self.assertTrue(config['prefer_fqdn_over_hostname'])
                self.assertFalse(config['preserve_hostname'])
                self.assertEqual('localhost', config['manage_etc_hosts'])

    def test_identity(self) -> None:
        """The machine has nothing of its image's."""
        config = yaml.safe_load(render())

        self.assertEqual(
            [
                CHOSEN,
                'neutron-openvswitch-agent',
                'nova-compute',
                'openstack-nova-compute',
            ],
            config['bootcmd'][0][-4:],
        )
        self.assertTrue(config['ssh_deletekeys'])
        self.assertEqual(
            ['rm', '-f', '/var/lib/nova/compute_id'], config['runcmd'][0]
        )

    @hypothesis.given(
        strategies.text(
            strategies.characters(
                codec='utf-8', exclude_categories=('Cc', 'Cs', 'Zl', 'Zp')
            )
        )
    )
    def test_any_value(self, value):
        """Whatever stands in the fragment comes out as it went in."""
        text = f'[DEFAULT]\npassword = "{value}"\n'

        content = files(render(text))['/etc/nova/nova.conf']['content']

        self.assertTrue(content.endswith(text))

    def test_schema_of_cloud_init(self) -> None:
        """cloud-init itself takes it, as far as its schema tells."""
        if not SCHEMA.exists():
            self.skipTest('the package cloud-init is not installed')
        validator = jsonschema.Draft4Validator(json.loads(SCHEMA.read_text()))
        for domain in (None, 'a.org'):
            with self.subTest(domain=domain):
                config = yaml.safe_load(render(domain=domain))

                self.assertEqual([], list(validator.iter_errors(config)))
