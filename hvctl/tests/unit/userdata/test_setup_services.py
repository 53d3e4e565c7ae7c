# SPDX-License-Identifier: Apache-2.0
"""How the set-up fits what a distribution has, and what it starts."""

from __future__ import annotations

from hvctl.tests.unit.userdata import sandbox


class TestServices(sandbox.SetupTestCase):
    """hvctl-setup."""

    def setUp(self) -> None:
        super().setUp()
        self.host.units(installed=['nova-compute'])

    def test_parts_of_libvirt(self) -> None:
        """Those that are there start, at later boots too, where it has any."""
        parts = ('virtnodedevd.socket', 'virtsecretd.socket')
        for active, expected in (
            (('libvirtd.service',), []),
            (
                ('virtqemud.socket',),
                [
                    'systemctl enable --quiet virtsecretd.socket',
                    'systemctl start virtsecretd.socket',
                ],
            ),
        ):
            self.host.path('calls').unlink(missing_ok=True)
            self.host.units(installed=parts[1:], active=active)
            self.plan('start-with virtqemud.socket ' + ' '.join(parts))
            with self.subTest(active=active):
                self.assert_runs('hvctl-setup')

                self.assertEqual(
                    ['systemctl daemon-reload', *expected], self.changes()
                )

    def test_socket_beside_its_service(self) -> None:
        """The service listens itself; systemd would refuse to start both."""
        self.host.units(
            installed=('virtqemud.socket',), active=('virtqemud.service',)
        )
        self.plan('start libvirtd.service virtqemud.socket')

        self.assert_runs('hvctl-setup')

        self.assertNotIn('systemctl start virtqemud.socket', self.changes())

    def test_no_certificates(self) -> None:
        """libvirt would not start with a socket for TLS; so it goes."""
        socket = 'virtproxyd-tls.socket'
        configuration = '/etc/libvirt/virtproxyd.conf'
        for enabled, text, file, goes in (
            (socket, '', '/etc/pki/CA/other.pem', True),
            (socket, '', '/etc/pki/CA/cacert.pem', False),
            (socket, '#ca_file = "/etc/x"\n', '/etc/x', True),
            (socket, ' ca_file = "{root}/etc/y"\n', '/etc/y', False),
            ('virtproxyd-tcp.socket', '', '/etc/z', False),
        ):
            self.host.path('calls').unlink(missing_ok=True)
            self.host.units(installed=(enabled,), enabled=(enabled,))
            self.host.write(configuration, text.format(root=self.host.root))
            self.host.write(file)
            self.plan()
            with self.subTest(enabled=enabled, text=text, file=file):
                self.assert_runs('hvctl-setup')

                self.assertEqual(
                    [
                        f'systemctl disable --quiet {socket}',
                        f'systemctl stop {socket} virtproxyd.service',
                        'systemctl reset-failed virtproxyd.service '
                        'virtproxyd*.socket',
                    ]
                    if goes
                    else [],
                    self.changes()[:-1],
                )
            self.host.path(file).unlink()

    def test_limits(self) -> None:
        """More than what is asked for stays, and changes are read anew."""
        path = '/etc/libvirt/virtqemud.conf'
        self.host.units(installed=(), active=('virtqemud.service',))
        self.plan(
            f'at-least {path} max_client_requests 20',
            'at-least /etc/libvirt/libvirtd.conf max_client_requests 20',
        )
        for text, expected in (
            ('#max_client_requests = 5\n', ['#max_client_requests = 5', 20]),
            (' max_client_requests=5', [20]),
            ('max_client_requests = 50', ['max_client_requests = 50']),
        ):
            self.host.path('calls').unlink(missing_ok=True)
            self.host.write(path, text)
            with self.subTest(text=text):
                self.assert_runs('hvctl-setup')

                self.assertEqual(
                    [
                        f'max_client_requests = {line}' if line == 20 else line
                        for line in expected
                    ],
                    self.host.read(path).splitlines(),
                )
                self.assertEqual(
                    20 in expected,
                    'systemctl restart virtqemud.service' in self.changes(),
                )

    def test_labels(self) -> None:
        """SELinux knows files by the place where they are."""
        self.host.program('restorecon')
        self.plan(
            'directory 0700 nova nova /var/lib/nova/.ssh',
            'file 0600 nova nova /var/lib/nova/.ssh/config',
        )
        self.host.write('/var/lib/hvctl/files/var/lib/nova/.ssh/config')

        self.assert_runs('hvctl-setup')

        home = self.host.path('/var/lib/nova/.ssh')
        self.assertEqual(
            [f'restorecon -F {home}', f'restorecon -F {home} {home}/config'],
            self.host.calls('restorecon'),
        )

    def test_no_bus(self) -> None:
        """A unit that waits for it without an end does not hold up all."""
        self.host.answer('timeout', '[ "$2" != systemctl ] || exit 124')
        self.host.program('timeout')
        self.plan('restart nova-compute')

        self.assert_fails('hvctl-setup', 'nova-compute did not start within')

    def test_nova_compute_fails(self) -> None:
        """It is enabled all the same, so it is not said to stay away."""
        self.host.answer(
            'systemctl',
            'case "$*" in show*) echo x ;; "restart "*) exit 1 ;; esac',
        )
        for unit, words in (
            ('nova-compute', 'systemd goes on trying'),
            ('neutron-ovn-agent', 'nova-compute was not started'),
        ):
            self.plan(f'restart {unit}')
            with self.subTest(unit=unit):
                self.assert_fails(
                    'hvctl-setup', f'failed while starting {unit}; '
                )
                self.assertIn(words, self.host.run('hvctl-setup')[1])
