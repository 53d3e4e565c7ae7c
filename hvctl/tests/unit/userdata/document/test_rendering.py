# SPDX-License-Identifier: Apache-2.0
"""The parts of a user-data, and what cloud-init makes of them."""

from __future__ import annotations

import pathlib
import tempfile
import unittest

import yaml

from hvctl.model.profile import Part, PartType
from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import cloud_init
from hvctl.tests.unit.userdata import every


def a_part(text, name='site.yaml', type=PartType.CLOUD_CONFIG):
    return Part(path=f'/etc/site/{name}', type=type, text=text)


class TestParts(unittest.TestCase):
    """Ours, theirs, and the start."""

    def test_order(self) -> None:
        """Theirs are between, unchanged, and numbered for their order."""
        parts = base.render(
            base.a_profile(
                user_data=(
                    a_part('#cloud-config\n{}\n'),
                    a_part('#!/bin/sh\n', 'z.sh', PartType.SCRIPT),
                )
            )
        ).parts

        self.assertEqual(
            [
                ('hvctl.yaml', 'text/cloud-config'),
                ('001-site.yaml', 'text/cloud-config'),
                ('002-z.sh', 'text/x-shellscript'),
                ('hvctl-start.yaml', 'text/cloud-config'),
            ],
            [(part.filename, part.content_type) for part in parts],
        )
        self.assertEqual('#cloud-config\n{}\n', parts[1].text)

    def test_start(self) -> None:
        """The last thing of all is the set-up."""
        text = base.render(base.a_profile()).parts[-1].text

        self.assertEqual(
            {'runcmd': [['/usr/local/sbin/hvctl-setup']]},
            yaml.safe_load(text),
        )

    def test_identity(self) -> None:
        """It comes before all that theirs do, which so counts more."""
        config = base.config(base.a_profile(networking=base.OVS))

        (command,) = config['bootcmd']
        self.assertEqual(['sh', '-c'], command[:2])
        self.assertIn('initiatorname.iscsi', command[2])
        self.assertEqual(
            [
                'hvctl-identity',
                base.COMPUTE_ID,
                'neutron-openvswitch-agent',
                'nova-compute',
                'openstack-nova-compute',
            ],
            command[3:],
        )
        self.assertTrue(config['ssh_deletekeys'])

    def test_merge(self) -> None:
        """How theirs are merged is ours to say, unless they say it."""
        for text, type_, says in (
            ('#cloud-config\na: 1\n', 'CLOUD_CONFIG', True),
            ('#cloud-config\nmerge_how: dict()\n', 'CLOUD_CONFIG', False),
            ('#cloud-config\nmerge_type : dict()\n', 'CLOUD_CONFIG', False),
            ('## template: jinja\n#cloud-config\n', 'JINJA', True),
            ('#!/bin/sh\n', 'SCRIPT', False),
        ):
            with self.subTest(text=text):
                part = base.render(
                    base.a_profile(
                        user_data=(a_part(text, type=PartType[type_]),)
                    )
                ).parts[1]

                self.assertEqual(says, part.merge is not None)

    def test_texts_are_readable(self) -> None:
        """Files stand in it as they are, not quoted."""
        text = base.render(base.a_profile()).parts[0].text

        self.assertIn('\n    [placement]\n', text)


@unittest.skipUnless(cloud_init.is_there(), 'cloud-init is not there')
class TestCloudInit(unittest.TestCase):
    """What the distribution's cloud-init makes of it."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def merge(self, *parts):
        document = base.render(base.a_profile(user_data=parts))
        (merged,) = cloud_init.merged([document.text()], self.directory)
        return yaml.safe_load(merged)

    def test_ours_alone(self) -> None:
        """Both of our parts are there."""
        config = self.merge()

        self.assertEqual('hv1', config['fqdn'])
        self.assertEqual([['/usr/local/sbin/hvctl-setup']], config['runcmd'])

    def test_theirs_adds(self) -> None:
        """Lists grow, what we set stays, nova-compute is started last."""
        config = self.merge(
            a_part(
                '#cloud-config\n'
                'hostname: other\n'
                'bootcmd: [[zero]]\n'
                'runcmd: [[one], [two]]\n'
                'write_files: [{path: /one}]\n'
                'ntp: {servers: [10.0.0.1]}\n'
            ),
            a_part(
                '#cloud-config\n'
                'runcmd: [[three]]\n'
                'ntp: {servers: [10.0.0.2], enabled: true}\n',
                'more.yaml',
            ),
        )

        self.assertEqual('hv1', config['hostname'])
        self.assertEqual(
            [['one'], ['two'], ['three'], ['/usr/local/sbin/hvctl-setup']],
            config['runcmd'],
        )
        paths = [entry['path'] for entry in config['write_files']]
        self.assertIn('/usr/local/sbin/hvctl-setup', paths)
        self.assertEqual('/one', paths[-1])
        self.assertEqual(
            {'servers': ['10.0.0.1', '10.0.0.2'], 'enabled': True},
            config['ntp'],
        )

    def test_jinja(self) -> None:
        """A template is filled in, and added like any other."""
        config = self.merge(
            a_part(
                '## template: jinja\n'
                '#cloud-config\n'
                'runcmd: [["{{ v1.region }}"]]\n',
                type=PartType.JINJA,
            )
        )

        self.assertEqual(
            [['here'], ['/usr/local/sbin/hvctl-setup']], config['runcmd']
        )

    def test_scripts(self) -> None:
        """They run in their order, and before the set-up."""
        self.merge(
            *(
                a_part('#!/bin/sh\n', name, PartType.SCRIPT)
                for name in ('z.sh', 'a.sh')
            )
        )

        names = sorted(
            path.name
            for path in (self.directory / '0/instance/scripts').iterdir()
        )
        self.assertEqual(['001-z.sh', '002-a.sh'], names)
        self.assertLess(names[-1], 'runcmd')


@unittest.skipUnless(cloud_init.is_there(), 'cloud-init is not there')
class TestSchema(unittest.TestCase):
    """The distribution's own check, for every kind and family."""

    def test_parts(self) -> None:
        """No part of ours has anything that cloud-init does not know."""
        texts = [
            part.text
            for document in every.documents()
            for part in document.parts
        ]

        self.assertEqual([], cloud_init.complaints(texts))

    def test_merged(self) -> None:
        """Nor has what it makes of them, which it looks at when it boots."""
        with tempfile.TemporaryDirectory() as directory:
            texts = cloud_init.merged(
                [document.text() for document in every.documents()],
                pathlib.Path(directory),
            )

        self.assertIn('ssh_keys', texts[-1])
        self.assertEqual([], cloud_init.complaints(texts))

    def test_complaints(self) -> None:
        """It says what it does not know, and what it knows no longer."""
        for text in ('bootcmd: 5\n', 'apt: {preserve_sources_list: 5}\n'):
            with self.subTest(text):
                found = cloud_init.complaints([f'#cloud-config\n{text}'])

                self.assertNotEqual([], found)
