# SPDX-License-Identifier: Apache-2.0
"""The script that makes a machine a hypervisor."""

from __future__ import annotations

from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import sandbox


class TestSetup(sandbox.SetupTestCase):
    """hvctl-setup."""

    def setUp(self) -> None:
        super().setUp()
        self.host.units(installed=['hvctl-network.service', 'nova-compute'])
        self.host.write('/etc/os-release', 'ID=debian\n')

    def test_whole_plan(self) -> None:
        """Packages, files, services: in that order, as rendered."""
        written = base.files(base.a_profile(networking=base.OVS))
        self.host.table('/etc/hvctl/setup', written['/etc/hvctl/setup'])
        for path in ('/etc/nova/nova.conf', '/etc/nova/compute_id'):
            self.host.write(f'/var/lib/hvctl/files{path}', written[path])
        self.host.units(
            installed=[
                'openvswitch-switch',
                'hvctl-network.service',
                'libvirtd.service',
                'neutron-openvswitch-agent',
                'nova-compute',
            ]
        )
        self.host.write('/var/lib/nova/compute_id', 'of another host')
        self.host.write('/var/lib/hvctl/identity', f'{base.COMPUTE_ID}\n')
        self.host.write('/dev/kvm')

        self.assert_runs('hvctl-setup')

        masked = (
            '--quiet --runtime neutron-openvswitch-agent nova-compute '
            'openstack-nova-compute'
        )
        calls = self.changes()
        installed = [call for call in calls if call.startswith('install ')]
        self.assertEqual(
            [
                f'systemctl mask {masked}',
                'apt-get -q -o DPkg::Lock::Timeout=600 update',
                'apt-get -q -y -o DPkg::Lock::Timeout=600 '
                '--no-install-recommends -o Dpkg::Options::=--force-confold '
                'install nova-compute '
                'nova-compute-kvm neutron-openvswitch-agent '
                'openvswitch-switch',
                f'systemctl unmask {masked}',
                'systemctl disable --quiet neutron-openvswitch-agent',
                'systemctl disable --quiet nova-compute',
                'systemctl disable --quiet openstack-nova-compute',
                *installed,
                'systemctl daemon-reload',
                'nova-compute --version',
                'systemctl enable --quiet openvswitch-switch',
                'systemctl start openvswitch-switch',
                'systemctl enable --quiet hvctl-network.service',
                'systemctl start hvctl-network.service',
                'systemctl enable --quiet libvirtd.service',
                'systemctl start libvirtd.service',
                'systemctl enable --quiet neutron-openvswitch-agent',
                'systemctl restart neutron-openvswitch-agent',
                'systemctl enable --quiet nova-compute',
                'systemctl restart nova-compute',
            ],
            calls,
        )
        self.assertEqual(2, len(installed))
        self.assertIn('-m 0640 -o root -g nova ', installed[0])
        self.assertEqual(
            written['/etc/nova/nova.conf'],
            self.host.read('/etc/nova/nova.conf'),
        )
        self.assertFalse(
            self.host.path('/var/lib/hvctl/files/etc/nova/nova.conf').exists()
        )
        self.assertFalse(self.host.path('/var/lib/nova/compute_id').exists())

    def test_families(self) -> None:
        """By what the machine says of itself."""
        for release, tool in (
            ('ID=ubuntu\nID_LIKE=debian\n', 'apt-get'),
            ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf'),
            ('ID=rhel\n', 'dnf'),
            ('ID=mint\nID_LIKE="ubuntu debian"\n', 'apt-get'),
        ):
            self.host.path('calls').unlink(missing_ok=True)
            self.host.write('/etc/os-release', release)
            self.plan(
                'packages debian rhel', 'package-debian a', 'package-rhel a'
            )
            with self.subTest(release=release):
                self.assert_runs('hvctl-setup')

                calls = self.host.calls('apt-get', 'dnf')
                self.assertTrue(calls[-1].startswith(tool), calls)
                self.assertTrue(calls[-1].endswith(' install a'), calls)

    def test_unknown_family(self) -> None:
        """Nothing is guessed."""
        self.host.write('/etc/os-release', 'ID=arch\n')
        self.plan('packages debian rhel', 'package-debian a')

        self.assert_fails('hvctl-setup', 'neither of Debian')

    def test_other_family(self) -> None:
        """A profile for the other family is refused by the machine."""
        self.plan('packages rhel', 'package-rhel a', 'restart nova-compute')

        self.assert_fails('hvctl-setup', 'no packages for the family debian')
        self.assertEqual([], self.changes())

    def test_family_in_the_image(self) -> None:
        """One that has none of its own installs nothing."""
        self.plan(
            'packages debian rhel', 'package-rhel a', 'restart nova-compute'
        )

        self.assert_runs('hvctl-setup')

        self.assertEqual([], self.host.calls('apt-get', 'dnf'))
        self.assertIn('systemctl restart nova-compute', self.changes())

    def test_no_packages(self) -> None:
        """Then the family does not matter."""
        self.host.write('/etc/os-release', 'ID=arch\n')
        self.plan('restart nova-compute')

        self.assert_runs('hvctl-setup')

    def test_packages_fail(self) -> None:
        """Nothing is started."""
        self.host.answer('apt-get', 'exit 100')
        self.plan('packages debian', 'package-debian a b', 'restart x')

        self.assert_fails(
            'hvctl-setup',
            'failed while installing a b; nova-compute was not started',
        )
        self.assertFalse(
            [call for call in self.changes() if ' restart ' in call]
        )

    def test_names_that_are_not_there(self) -> None:
        """Only one of a service's names can be disabled."""
        self.host.units(installed=['nova-compute'])
        self.host.answer(
            'systemctl',
            'case $1 in show) echo x ;; disable | is-enabled) exit 1 ;; esac',
        )
        self.plan('packages debian', 'package-debian a', 'restart one two')

        self.assert_runs('hvctl-setup')

    def test_service_fails(self) -> None:
        """What comes after it is not started."""
        self.host.answer(
            'systemctl',
            'case "$*" in show*) echo x ;; '
            '"start hvctl-network.service") exit 1 ;; esac',
        )
        self.plan('start hvctl-network.service', 'restart nova-compute')

        self.assert_fails(
            'hvctl-setup', 'failed while starting hvctl-network.service'
        )
        self.assertNotIn('systemctl restart nova-compute', self.changes())

    def test_missing_service(self) -> None:
        """An agent that is not installed keeps the host from registering."""
        self.plan('restart one two', 'restart nova-compute')

        self.assert_fails('hvctl-setup', 'none of these is installed: one two')
        self.assertNotIn('systemctl restart nova-compute', self.changes())

    def test_names(self) -> None:
        """The enabled one of a service's names, else the first there."""
        for enabled, chosen in (((), 'two'), (('three',), 'three')):
            self.host.path('calls').unlink(missing_ok=True)
            self.host.units(installed=('two', 'three'), enabled=enabled)
            self.plan('restart one two three')
            with self.subTest(enabled=enabled):
                self.assert_runs('hvctl-setup')

                self.assertEqual(
                    f'systemctl restart {chosen}', self.changes()[-1]
                )

    def test_identity_of_the_image(self) -> None:
        """A machine without an identity of its own does not register."""
        self.plan(f'identity {base.COMPUTE_ID}', 'restart nova-compute')
        for found in ('', 'of another machine\n'):
            if found:
                self.host.write('/var/lib/hvctl/identity', found)
            with self.subTest(found=found):
                self.assert_fails('hvctl-setup', 'the identity of its image')
                self.assertEqual([], self.changes())

    def test_name_of_another_machine(self) -> None:
        """With the host of its image's machine it would take its guests."""
        self.plan('name hv1', 'restart nova-compute')
        for path in (
            '/etc/nova/nova.conf.d/10-gold.conf',
            '/etc/nova/nova-compute.conf.d/a.conf',
            '/etc/neutron/neutron.conf.d/a.conf',
            '/etc/neutron/conf.d/neutron-openvswitch-agent/a.conf',
        ):
            for line in ('host=gold1', 'host : "gold1" '):
                self.host.write(
                    path, f'[DEFAULT]\nmy_ip = 10.0.0.9\n{line}\n[other]\n'
                )
                with self.subTest(path=path, line=line):
                    self.assert_fails('hvctl-setup', f'{path} has the host')
                    self.assertEqual([], self.changes())
            self.host.path(path).unlink()

    def test_own_name(self) -> None:
        """What says no more than hvctl does no harm."""
        self.plan('name hv1', 'restart nova-compute')
        self.host.write(
            '/etc/nova/nova.conf.d/a.conf',
            '[remote_debug]\nhost = a\n[DEFAULT]\n#host = b\nhost = hv1\n'
            'host_x = c\n[vnc]\nhost = d\n',
        )

        self.assert_runs('hvctl-setup')

    def test_second_description_of_the_provider(self) -> None:
        """nova-compute would not start with it; others stay."""
        directory = '/etc/nova/provider_config'
        for name, provider in (
            ('hvctl', '$COMPUTE_NODE'),
            ('image', '$COMPUTE_NODE'),
            ('other', 'gpu0'),
        ):
            self.host.write(f'{directory}/{name}.yaml', f'uuid: {provider}\n')
        self.plan('restart nova-compute')

        status, said = self.host.run('hvctl-setup')

        self.assertEqual((0, ''), (status, said))
        self.assertEqual(
            {'hvctl.yaml', 'image.yaml.aside', 'other.yaml'},
            {path.name for path in self.host.path(directory).iterdir()},
        )

    def test_interfaces_of_the_scripts(self) -> None:
        """Rules that came a moment ago count for what is made next."""
        rules = '/etc/udev/rules.d/70-hvctl.rules'
        network = '/etc/systemd/network/05-hvctl.network'
        for running, expected in (
            ('udevd', ['udevadm control --reload']),
            ('networkd', ['networkctl reload']),
        ):
            self.host.path('calls').unlink(missing_ok=True)
            self.plan(
                *(f'file 0644 root root {path}' for path in (rules, network))
            )
            for path in (rules, network):
                self.host.write(f'/var/lib/hvctl/files{path}')
            self.host.answer(
                'systemctl',
                f'case "$1 $3" in "is-active systemd-{running}") ;; '
                'is-active*) exit 3 ;; esac',
            )
            with self.subTest(running=running):
                self.assertEqual('', self.host.run('hvctl-setup')[1])

                self.assertEqual(
                    expected, self.host.calls('udevadm', 'networkctl')
                )

    def test_again(self) -> None:
        """What is in place already does not hinder a second run."""
        self.plan('file 0640 root nova /etc/nova/nova.conf')
        self.host.write('/var/lib/hvctl/files/etc/nova/nova.conf', 'x')

        self.assert_runs('hvctl-setup')
        self.assert_runs('hvctl-setup')

        self.assertEqual('x', self.host.read('/etc/nova/nova.conf'))
