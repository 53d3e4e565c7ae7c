# SPDX-License-Identifier: Apache-2.0
"""Tests of what the set-up does on the machine for migrations."""

from __future__ import annotations

from hvctl.tests.unit.userdata import sandbox


class TestSetup(sandbox.TestCase):
    """hvctl-setup."""

    def setUp(self) -> None:
        """Have what each distribution has."""
        super().setUp()
        self.units('nova-compute', 'libvirtd.service', 'libvirtd-tls.socket')
        self.host.answer(
            'getent',
            'case "$1 $2" in\n'
            '"passwd nova") echo nova:x:64060:64060::/var/lib/nova:'
            '/usr/sbin/nologin ;;\n'
            '"passwd sh") echo sh:x:1:1::/:/bin/sh ;;\n'
            '"group qemu") echo qemu:x:107: ;;\n'
            '*) exit 2 ;;\nesac\n',
        )

    def units(self, *installed, enabled=(), active=()) -> None:
        """Say which units there are."""
        self.host.units(installed, enabled, active)

    def calls(self, *lines) -> list[str]:
        """Run a plan, and return what it changes."""
        self.host.table('/etc/hvctl/setup', '\n'.join(lines) + '\n')
        (self.host.root / 'calls').unlink(missing_ok=True)
        self.assert_runs('hvctl-setup')
        return [
            call
            for call in self.host.calls()
            if not call.startswith(
                ('systemctl show', 'systemctl is-', 'getent')
            )
        ]

    def test_listen(self) -> None:
        """libvirt stops, and starts with the socket."""
        self.units(
            *('libvirtd.service', 'libvirtd-tls.socket', 'virtqemud.socket'),
            *('virtproxyd-tls.socket', 'nova-compute'),
            active=('libvirtd.service', 'libvirtd.socket'),
        )

        self.assertEqual(
            [
                'systemctl daemon-reload',
                'systemctl stop libvirtd.service',
                'systemctl stop libvirtd.socket',
                'systemctl enable --quiet libvirtd-tls.socket',
                'systemctl start libvirtd-tls.socket',
            ],
            self.calls('listen tls'),
        )

    def test_listen_in_front(self) -> None:
        """Where libvirt is several daemons, one of them listens."""
        self.units(
            *('libvirtd.service', 'libvirtd-tcp.socket', 'virtqemud.socket'),
            'virtproxyd-tcp.socket',
            enabled=('virtqemud.socket',),
        )

        self.assertEqual(
            [
                'systemctl daemon-reload',
                'systemctl enable --quiet virtproxyd-tcp.socket',
                'systemctl start virtproxyd-tcp.socket',
            ],
            self.calls('listen tcp'),
        )

    def test_nothing_listens(self) -> None:
        """Without the socket nova-compute does not start."""
        self.units('libvirtd.service', 'nova-compute')
        self.host.table('/etc/hvctl/setup', 'listen tls\n')

        self.assert_fails(
            'hvctl-setup', 'none of these is installed: libvirtd-tls.socket'
        )

    def test_serve(self) -> None:
        """SSH starts as the distribution has it, by socket or by itself."""
        for units, enabled, expected in (
            (('ssh.service', 'ssh.socket'), 'ssh.service', 'ssh.service'),
            (('sshd.service',), '', 'sshd.service'),
            (('ssh.service', 'ssh.socket'), 'ssh.socket', 'ssh.socket'),
        ):
            with self.subTest(expected=expected):
                self.units(*units, enabled=(enabled,), active=('ssh.service',))

                stopped = ['systemctl stop ssh.service']
                self.assertEqual(
                    [
                        'systemctl daemon-reload',
                        f'systemctl enable --quiet {expected}',
                        *(stopped if expected == 'ssh.socket' else ()),
                        f'systemctl restart {expected}',
                    ],
                    self.calls('serve ssh.service sshd.service ssh.socket'),
                )

    def test_shell(self) -> None:
        """A user that can run nothing gets a shell, another keeps its own."""
        self.assertEqual(
            ['usermod -s /bin/sh nova', 'systemctl daemon-reload'],
            self.calls('shell nova', 'shell sh'),
        )
        self.host.table('/etc/hvctl/setup', 'shell kolla\n')
        self.assert_fails('hvctl-setup', 'there is no user kolla')

    def test_directory(self) -> None:
        """A directory is there before its files."""
        root = self.host.root
        self.host.write('/var/lib/hvctl/files/var/lib/nova/.ssh/hvctl', 'key')

        self.assertEqual(
            [
                f'install -m 0700 -o nova -g nova -d {root}/var/lib/nova/.ssh',
                f'install -m 0600 -o nova -g nova {root}/var/lib/hvctl/files'
                '/var/lib/nova/.ssh/hvctl '
                f'{root}/var/lib/nova/.ssh/hvctl',
            ],
            [
                call
                for call in self.calls(
                    'directory 0700 nova nova /var/lib/nova/.ssh',
                    'file 0600 nova nova /var/lib/nova/.ssh/hvctl',
                )
                if call.startswith('install')
            ],
        )

    def test_group(self) -> None:
        """A file is of the group that this distribution has."""
        self.host.write('/var/lib/hvctl/files/etc/pki/qemu/k', 'key')

        calls = self.calls('file 0640 root libvirt-qemu,qemu /etc/pki/qemu/k')

        self.assertTrue(
            any(
                call.startswith('install -m 0640 -o root -g qemu ')
                for call in calls
            ),
            calls,
        )

    def test_option(self) -> None:
        """An option stands once, in the files that are there."""
        self.host.write(
            '/etc/libvirt/qemu.conf',
            '#auth_tcp = "none"\n  auth_tcp="none"\nother = 1\nauth_tcpx = 1',
        )
        lines = (
            'option /etc/libvirt/qemu.conf auth_tcp "sasl"',
            'option /etc/libvirt/none.conf auth_tcp "sasl"',
        )
        for _ in range(2):
            self.calls(*lines)

            self.assertEqual(
                '#auth_tcp = "none"\nother = 1\nauth_tcpx = 1\n'
                'auth_tcp = "sasl"\n',
                self.host.read('/etc/libvirt/qemu.conf'),
            )
        self.assertFalse(self.host.path('/etc/libvirt/none.conf').exists())

    def test_sasl(self) -> None:
        """The password is on no command line, and does not stay."""
        self.host.write('/etc/libvirt/hvctl-password', 'Hunter2\n')
        self.host.answer('saslpasswd2', 'cat >"$SANDBOX/said"')

        calls = self.calls(
            'sasl nova /etc/libvirt/hvctl-password /etc/libvirt/passwd.db'
        )

        root = self.host.root
        self.assertEqual(
            f'saslpasswd2 -p -c -a libvirt -f {root}/etc/libvirt/passwd.db '
            'nova',
            calls[0],
        )
        self.assertEqual('Hunter2', (root / 'said').read_text())
        self.assertFalse(
            self.host.path('/etc/libvirt/hvctl-password').exists()
        )
