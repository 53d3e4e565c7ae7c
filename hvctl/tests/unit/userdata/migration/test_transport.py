# SPDX-License-Identifier: Apache-2.0
"""Tests of the files by which hosts reach each other."""

from __future__ import annotations

import unittest

from hvctl.model.credentials import Credentials
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.secret import Secret
from hvctl.model.transport import (
    ByImage,
    ColdSsh,
    LiveSsh,
    LiveTcp,
    LiveTls,
    Peer,
    Transport,
)
from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import cloud_init
from hvctl.tests.unit.userdata.migration import reaching


class TestTls(reaching.TransportTestCase):
    """libvirt and QEMU by TLS."""

    def test_issued(self) -> None:
        """A certificate is for both ends, and for QEMU, too."""
        self.render(
            Transport(live=reaching.ISSUING.live),
            credentials=reaching.CREDENTIALS,
        )

        self.assertEqual(
            {
                '/etc/pki/CA/cacert.pem': '0644 root root',
                '/etc/pki/libvirt/clientcert.pem': '0644 root root',
                '/etc/pki/libvirt/private/clientkey.pem': '0600 root root',
                '/etc/pki/libvirt/private/serverkey.pem': '0600 root root',
                '/etc/pki/libvirt/servercert.pem': '0644 root root',
                '/etc/pki/qemu/ca-cert.pem': '0644 root root',
                '/etc/pki/qemu/client-cert.pem': '0644 root root',
                '/etc/pki/qemu/client-key.pem': '0640 root libvirt-qemu,qemu',
                '/etc/pki/qemu/server-cert.pem': '0644 root root',
                '/etc/pki/qemu/server-key.pem': '0640 root libvirt-qemu,qemu',
            },
            self.modes('/etc/pki'),
        )
        for path, text in self.files.items():
            if path.startswith('/etc/pki'):
                with self.subTest(path=path):
                    self.assertEqual(
                        f'{reaching.WORD} of tls\n'
                        if 'key' in path.rpartition('/')[2]
                        else 'authority of tls\n'
                        if 'ca' in path.rpartition('/')[2][:2]
                        else 'certificate of tls\n',
                        text,
                    )
        self.assertEqual(
            {
                'live_migration_scheme': 'tls',
                'live_migration_with_native_tls': 'true',
                'live_migration_inbound_addr': '$my_ip',
            },
            self.libvirt(),
        )

    def test_order(self) -> None:
        """Certificates come first, then the listener, then libvirt."""
        self.render(reaching.ISSUING, credentials=reaching.CREDENTIALS)
        subjects = [line.split()[0] for line in self.plan]

        last_file = len(subjects) - subjects[::-1].index('file') - 1
        self.assertLess(subjects.index('directory'), subjects.index('file'))
        self.assertLess(last_file, subjects.index('serve'))
        self.assertLess(last_file, self.plan.index('listen tls'))
        self.assertLess(
            self.plan.index('listen tls'),
            self.plan.index('start libvirtd.service virtqemud.socket'),
        )

    def test_proof(self) -> None:
        """nova-compute starts where libvirt answers by what others ask."""
        for transport, address in (
            (reaching.ISSUING, '10.0.0.21'),
            (
                Transport(network='storage', live=LiveTls()),
                '10.3.0.21',
            ),
            (Transport(live=LiveTls(name=Peer.HOST)), 'hv1.example.org'),
        ):
            with self.subTest(address=address):
                self.render(transport, credentials=reaching.CREDENTIALS)

                proof = f'prove libvirt qemu+tls://{address}/system'
                self.assertLess(self.plan.index(proof), len(self.plan) - 1)
                self.assertLess(
                    self.plan.index('start libvirtd.service virtqemud.socket'),
                    self.plan.index(proof),
                )

    def test_unknown_address(self) -> None:
        """What is not known is not asked; IPv6 has its brackets."""
        for address, proofs in (
            (None, []),
            ('fd00::9', ['prove libvirt qemu+tls://[fd00::9]/system']),
        ):
            with self.subTest(address=address):
                plan = base.files(
                    base.a_profile(migration=Transport(live=LiveTls())),
                    ports=MachinePorts(address=address),
                )['/etc/hvctl/setup']

                self.assertEqual(
                    proofs,
                    [
                        line
                        for line in plan.splitlines()
                        if line.startswith('prove libvirt')
                    ],
                )

    def test_further_authorities(self) -> None:
        """Those of the other hosts are trusted, too."""
        self.render(
            Transport(
                live=LiveTls(issue=Secret('x'), ca=reaching.a_file('theirs\n'))
            ),
            credentials=reaching.CREDENTIALS,
        )

        for path in ('/etc/pki/CA/cacert.pem', '/etc/pki/qemu/ca-cert.pem'):
            self.assertEqual('authority of tls\ntheirs\n', self.files[path])

    def test_shared(self) -> None:
        """One certificate of all hosts goes to the same places."""
        self.render(
            Transport(
                live=LiveTls(
                    certificate=reaching.a_file('shared\n'),
                    private_key=Secret(f'{reaching.WORD}\n'),
                    name=Peer.HOST,
                )
            )
        )

        self.assertEqual(8, len(self.modes('/etc/pki')))
        self.assertEqual(
            f'{reaching.WORD}\n',
            self.files['/etc/pki/libvirt/private/serverkey.pem'],
        )
        self.assertEqual(
            'hv1.example.org', self.libvirt()['live_migration_inbound_addr']
        )

    def test_neither(self) -> None:
        """Without either a part of the user's brings the files."""
        self.render(Transport(live=LiveTls()))

        self.assertEqual({}, self.modes('/etc/pki'))
        self.assertIn('listen tls', self.plan)

    def test_password(self) -> None:
        """Where the cloud wants one as well, both ends know it."""
        self.render(Transport(live=LiveTls(password=Secret(reaching.WORD))))

        self.assertEqual('tls', self.libvirt()['live_migration_scheme'])
        self.assertIn(
            f'authname=nova\npassword={reaching.WORD}\n',
            self.files['/etc/libvirt/auth.conf'],
        )
        self.assertIn(
            'mech_list: SCRAM-SHA-256\n',
            self.files['/etc/sasl2/libvirt.conf'],
        )
        words = 'sasl nova /etc/libvirt/hvctl-password /etc/libvirt/passwd.db'
        option = 'option /etc/libvirt/libvirtd.conf auth_tls "sasl"'
        for line in (words, option):
            self.assertLess(
                self.plan.index(line), self.plan.index('listen tls')
            )
        for family, package in (
            ('debian', 'sasl2-bin'),
            ('rhel', 'cyrus-sasl-scram'),
        ):
            (line,) = (
                line
                for line in self.plan
                if line.startswith(f'package-{family} ')
            )
            self.assertIn(package, line.split())


class TestOthers(reaching.TransportTestCase):
    """The other transports of live migrations."""

    def test_tcp(self) -> None:
        """Both ends know the password, and no command line does."""
        self.render(
            Transport(
                live=LiveTcp(password=Secret(reaching.WORD), user='kolla'),
                cold=ByImage(),
            )
        )

        self.assertEqual('tcp', self.libvirt()['live_migration_scheme'])
        self.assertEqual(
            {
                '/etc/libvirt/auth.conf': '0600 root root',
                '/etc/libvirt/hvctl-password': '0600 root root',
                '/etc/sasl2/libvirt.conf': '0644 root root',
            },
            self.modes('/etc/libvirt', '/etc/sasl2'),
        )
        self.assertIn(
            f'authname=kolla\npassword={reaching.WORD}\n',
            self.files['/etc/libvirt/auth.conf'],
        )
        self.assertEqual(
            f'{reaching.WORD}\n', self.files['/etc/libvirt/hvctl-password']
        )
        self.assertIn(
            'mech_list: DIGEST-MD5\n', self.files['/etc/sasl2/libvirt.conf']
        )
        self.assertIn(
            'sasl kolla /etc/libvirt/hvctl-password /etc/libvirt/passwd.db',
            self.plan,
        )
        self.assertIn(
            'option /etc/libvirt/libvirtd.conf auth_tcp "sasl"', self.plan
        )
        self.assertIn('listen tcp', self.plan)
        self.assertIn('prove libvirt qemu+tcp://10.0.0.21/system', self.plan)
        self.assertNotIn(reaching.WORD, '\n'.join(self.plan))

    def test_ssh(self) -> None:
        """libvirt is root, so the address says whose key and which port."""
        key = 'keyfile=/var/lib/nova/.ssh/hvctl'
        shared = ColdSsh(private_key=Secret('x'))
        for cold, credentials, expected, asked in (
            (
                reaching.ISSUING.cold,
                reaching.CREDENTIALS,
                f'nova@%s/system?{key}&no_tty=1',
                [f'nova@10.0.0.21/system?{key}&no_tty=1'],
            ),
            (
                shared,
                Credentials(),
                f'nova@%s/system?{key}&no_tty=1',
                [f'nova@10.0.0.21/system?{key}&no_tty=1&no_verify=1'],
            ),
            (
                ColdSsh(user='kolla', port=8022),
                Credentials(),
                'kolla@%s:8022/system?no_tty=1',
                [],
            ),
        ):
            with self.subTest(expected=expected):
                self.render(
                    Transport(live=LiveSsh(), cold=cold),
                    credentials=credentials,
                )

                self.assertEqual(
                    f'qemu+ssh://{expected}',
                    self.libvirt()['live_migration_uri'],
                )
                self.assertNotIn('listen', '\n'.join(self.plan))
                self.assertEqual(
                    [f'prove libvirt qemu+ssh://{uri}' for uri in asked],
                    [line for line in self.plan if 'qemu+ssh' in line],
                )

    def test_image(self) -> None:
        """What the image brings is left as it is."""
        self.render(Transport())
        plain = dict(self.files)

        self.render(Transport(live=ByImage(), cold=ByImage()))

        self.assertEqual(plain, self.files)

    def test_other_drivers(self) -> None:
        """They have ways of their own."""
        profile = base.a_profile(
            migration=reaching.ISSUING,
            nova={'DEFAULT': {'compute_driver': ('fake.FakeDriver',)}},
        )

        found = base.files(profile, credentials=reaching.CREDENTIALS)

        self.assertNotIn('/etc/pki/CA/cacert.pem', found)
        self.assertNotIn('listen', found['/etc/hvctl/setup'])


class TestSecrets(reaching.TransportTestCase):
    """What nobody is to see."""

    def test_masked(self) -> None:
        """No key and no password is shown, unless it is asked for."""
        word = Secret(reaching.WORD)
        for migration in (
            reaching.ISSUING,
            Transport(
                live=LiveTcp(password=word), cold=ColdSsh(private_key=word)
            ),
            Transport(
                live=LiveTls(
                    certificate=reaching.a_file('c'), private_key=word
                )
            ),
            Transport(live=LiveTls(password=word)),
        ):
            with self.subTest(migration=migration):
                found = self.render(
                    migration, credentials=reaching.CREDENTIALS, reveal=False
                )

                self.assertNotIn(reaching.WORD, str(found))
                self.assertIn('***', str(found))

    @unittest.skipUnless(cloud_init.is_there(), 'no cloud-init')
    def test_schema(self) -> None:
        """cloud-init takes it."""
        profile = base.a_profile(migration=reaching.ISSUING)
        document = base.render(profile, credentials=reaching.CREDENTIALS)

        self.assertEqual([], cloud_init.complaints([document.parts[0].text]))
