# SPDX-License-Identifier: Apache-2.0
"""Tests of the files by which nova-compute of one host enters another."""

from __future__ import annotations

from hvctl.model.credentials import Credentials
from hvctl.model.secret import Secret
from hvctl.model.transport import ColdSsh, Transport
from hvctl.tests.unit.userdata.migration import reaching


class TestCold(reaching.TransportTestCase):
    """nova-compute by reaching.SSH."""

    def test_issued(self) -> None:
        """The host enters others and lets them in by what was issued."""
        found = self.render(
            Transport(cold=reaching.ISSUING.cold),
            credentials=reaching.CREDENTIALS,
        )

        self.assertEqual(
            {
                f'{reaching.SSH}/config': '0600 nova nova',
                f'{reaching.SSH}/hvctl': '0600 nova nova',
                f'{reaching.SSH}/hvctl-cert.pub': '0644 nova nova',
                '/etc/ssh/ssh_known_hosts2': '0644 root root',
                '/etc/ssh/hvctl_authorities.pub': '0644 root root',
                '/etc/ssh/sshd_config.d/10-hvctl.conf': '0600 root root',
            },
            self.modes(reaching.SSH, '/etc/ssh'),
        )
        self.assertEqual(
            'Host *\n    User nova\n    Port 22\n'
            f'    IdentityFile {reaching.SSH}/hvctl\n    IdentitiesOnly yes\n'
            '    StrictHostKeyChecking yes\n',
            self.files[f'{reaching.SSH}/config'],
        )
        self.assertEqual(
            '@cert-authority * ca host\n',
            self.files['/etc/ssh/ssh_known_hosts2'],
        )
        self.assertEqual(
            'Match User nova\n'
            '    TrustedUserCAKeys /etc/ssh/hvctl_authorities.pub\n'
            '    PasswordAuthentication no\n'
            '    KbdInteractiveAuthentication no\n'
            '    PermitTTY no\n'
            '    X11Forwarding no\n'
            '    AllowTcpForwarding no\n'
            '    AllowAgentForwarding no\n',
            self.files['/etc/ssh/sshd_config.d/10-hvctl.conf'],
        )
        self.assertEqual(
            {
                'ed25519_private': f'{reaching.WORD} of host\n',
                'ed25519_public': 'public of host\n',
                'ed25519_certificate': 'certificate of host\n',
            },
            found['ssh_keys'],
        )
        self.assertIn('prove ssh 10.0.0.21', self.plan)
        self.assertIn('shell nova', self.plan)
        self.assertIn(f'directory 0700 nova nova {reaching.SSH}', self.plan)

    def test_shared(self) -> None:
        """The key of all hosts opens this one, too, at their port."""
        found = self.render(
            Transport(
                cold=ColdSsh(
                    user='kolla',
                    port=8022,
                    private_key=Secret(reaching.WORD),
                    known_hosts=reaching.a_file('h1 key'),
                    authorized_keys=reaching.a_file('their key'),
                    accept_new_hosts=True,
                )
            ),
            credentials=Credentials(shared_key='our key'),
        )

        self.assertNotIn('ssh_keys', found)
        # Nothing says to this host which its own key is.
        self.assertIn('prove ssh 10.0.0.21 unknown', self.plan)
        self.assertEqual(
            f'{reaching.WORD}\n', self.files[f'{reaching.SSH}/hvctl']
        )
        self.assertEqual('h1 key\n', self.files['/etc/ssh/ssh_known_hosts2'])
        self.assertEqual(
            'their key\nour key\n',
            self.files['/etc/ssh/hvctl_authorized_keys'],
        )
        self.assertIn(
            'StrictHostKeyChecking accept-new',
            self.files[f'{reaching.SSH}/config'],
        )
        self.assertTrue(
            self.files['/etc/ssh/sshd_config.d/10-hvctl.conf'].startswith(
                'Port 22\nPort 8022\nMatch User kolla\n'
                '    AuthorizedKeysFile /etc/ssh/hvctl_authorized_keys '
                '.ssh/authorized_keys\n'
            )
        )

    def test_packages(self) -> None:
        """Both families install what it takes."""
        self.render(reaching.ISSUING, credentials=reaching.CREDENTIALS)
        packages = [line for line in self.plan if 'package-' in line]

        self.assertIn('openssh-client openssh-server rsync', packages[0])
        self.assertIn('openssh-clients openssh-server rsync', packages[1])
        self.assertIn('libvirt-daemon-proxy', packages[1])
