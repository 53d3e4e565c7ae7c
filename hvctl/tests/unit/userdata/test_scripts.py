# SPDX-License-Identifier: Apache-2.0

"""The scripts that run on the host."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import sandbox
from hvctl.userdata import host as host_module

SCRIPTS = (
    'hvctl-setup',
    'hvctl-switch',
    'hvctl-virtual-functions',
    'hvctl-vlans',
)


class TestCase(unittest.TestCase):
    """A host for each test."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.host = sandbox.Host(directory.name)

    def assert_runs(self, script):
        self.assertEqual((0, ''), self.host.run(script))

    def assert_fails(self, script, words):
        status, said = self.host.run(script)
        self.assertNotEqual(0, status)
        self.assertIn(words, said)


class TestSyntax(unittest.TestCase):
    """All of them."""

    def test_shells(self):
        """Debian's and RHEL's shell can read them."""
        directory = pathlib.Path(host_module.__file__).parent / 'host'
        self.assertEqual(
            set(SCRIPTS), {path.name for path in directory.iterdir()}
        )
        for shell in filter(shutil.which, ('dash', 'bash')):
            for script in SCRIPTS:
                with self.subTest(shell=shell, script=script):
                    subprocess.run(
                        [shell, '-n', str(directory / script)], check=True
                    )


class TestSetup(TestCase):
    """hvctl-setup."""

    def setUp(self):
        super().setUp()
        self.units(installed=['hvctl-network.service', 'nova-compute'])
        self.host.write('/etc/os-release', 'ID=debian\n')

    def units(self, installed=(), enabled=()):
        self.host.answer(
            'systemctl',
            'case $1 in\n'
            f'cat) [ "$2" != - ] && case " {" ".join(installed)} " in '
            '*" $2 "*) ;; *) exit 1 ;; esac ;;\n'
            f'is-enabled) case " {" ".join(enabled)} " in '
            '*" $3 "*) ;; *) exit 1 ;; esac ;;\n'
            'esac\n',
        )

    def plan(self, *lines):
        self.host.table('/etc/hvctl/setup', '\n'.join(lines) + '\n')

    def changes(self):
        return [
            call
            for call in self.host.calls()
            if not call.startswith(('systemctl cat', 'systemctl is-enabled'))
        ]

    def test_whole_plan(self):
        """Packages, files, services: in that order, as rendered."""
        written = base.files(base.a_profile(networking=base.OVS))
        self.host.table('/etc/hvctl/setup', written['/etc/hvctl/setup'])
        for path in ('/etc/nova/nova.conf', '/etc/nova/compute_id'):
            self.host.write(f'/var/lib/hvctl/files{path}', written[path])
        self.units(
            installed=[
                'openvswitch-switch',
                'hvctl-network.service',
                'libvirtd.service',
                'neutron-openvswitch-agent',
                'nova-compute',
            ]
        )
        self.host.write('/var/lib/nova/compute_id', 'of another host')

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
                '-o Dpkg::Options::=--force-confold install nova-compute '
                'nova-compute-kvm neutron-openvswitch-agent '
                'openvswitch-switch',
                f'systemctl unmask {masked}',
                *installed,
                'systemctl daemon-reload',
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

    def test_families(self):
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

    def test_unknown_family(self):
        """Nothing is guessed."""
        self.host.write('/etc/os-release', 'ID=arch\n')
        self.plan('packages debian rhel', 'package-debian a')

        self.assert_fails('hvctl-setup', 'neither of Debian')

    def test_other_family(self):
        """A profile for the other family is refused by the machine."""
        self.plan('packages rhel', 'package-rhel a', 'restart nova-compute')

        self.assert_fails('hvctl-setup', 'no packages for the family debian')
        self.assertEqual([], self.changes())

    def test_family_in_the_image(self):
        """One that has none of its own installs nothing."""
        self.plan(
            'packages debian rhel', 'package-rhel a', 'restart nova-compute'
        )

        self.assert_runs('hvctl-setup')

        self.assertEqual([], self.host.calls('apt-get', 'dnf'))
        self.assertIn('systemctl restart nova-compute', self.changes())

    def test_no_packages(self):
        """Then the family does not matter."""
        self.host.write('/etc/os-release', 'ID=arch\n')
        self.plan('restart nova-compute')

        self.assert_runs('hvctl-setup')

    def test_packages_fail(self):
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

    def test_service_fails(self):
        """What comes after it is not started."""
        self.host.answer(
            'systemctl',
            'case "$*" in "start hvctl-network.service") exit 1 ;; esac',
        )
        self.plan('start hvctl-network.service', 'restart nova-compute')

        self.assert_fails(
            'hvctl-setup', 'failed while starting hvctl-network.service'
        )
        self.assertNotIn('systemctl restart nova-compute', self.changes())

    def test_missing_service(self):
        """An agent that is not installed keeps the host from registering."""
        self.plan('restart one two', 'restart nova-compute')

        self.assert_fails('hvctl-setup', 'none of these is installed: one two')
        self.assertNotIn('systemctl restart nova-compute', self.changes())

    def test_names(self):
        """The enabled one of a service's names, else the first there."""
        for enabled, chosen in (((), 'two'), (('three',), 'three')):
            self.host.path('calls').unlink(missing_ok=True)
            self.units(installed=('two', 'three'), enabled=enabled)
            self.plan('restart one two three')
            with self.subTest(enabled=enabled):
                self.assert_runs('hvctl-setup')

                self.assertEqual(
                    f'systemctl restart {chosen}', self.changes()[-1]
                )

    def test_start_if_enabled(self):
        """What a distribution did not choose stays as it is."""
        self.units(installed=('one', 'two'), enabled=('two',))
        self.plan('start-if-enabled one two three')

        self.assert_runs('hvctl-setup')

        self.assertEqual(
            ['systemctl daemon-reload', 'systemctl start two'],
            self.changes(),
        )

    def test_again(self):
        """What is in place already does not hinder a second run."""
        self.plan('file 0640 root nova /etc/nova/nova.conf')
        self.host.write('/var/lib/hvctl/files/etc/nova/nova.conf', 'x')

        self.assert_runs('hvctl-setup')
        self.assert_runs('hvctl-setup')

        self.assertEqual('x', self.host.read('/etc/nova/nova.conf'))


class TestVlans(TestCase):
    """hvctl-vlans."""

    def table(self, *lines):
        self.host.write('/etc/hvctl/vlans', '\n'.join(lines) + '\n')

    def changes(self):
        return [
            call
            for call in self.host.calls('ip', 'dhclient')
            if ' show ' not in call
        ]

    def test_rendered(self):
        """The card is the one with the machine's address."""
        self.host.answer(
            'ip',
            'case "$*" in "-o address show to 10.0.0.21") '
            'echo "2: ens1    inet 10.0.0.21/24 scope global ens1" ;; esac',
        )
        self.table(
            'parent 10.0.0.21',
            'vlan301 301 fa:16:3e:00:00:01 8950 10.3.0.21/24',
            'backup 302 - - dhcp',
        )

        self.assert_runs('hvctl-vlans')

        self.assertEqual(
            [
                'ip link add link ens1 name vlan301 type vlan id 301',
                'ip link set dev vlan301 address fa:16:3e:00:00:01',
                'ip link set dev vlan301 mtu 8950',
                'ip link set dev vlan301 up',
                'ip address replace 10.3.0.21/24 dev vlan301',
                'ip link add link ens1 name backup type vlan id 302',
                'ip link set dev backup up',
                'dhclient -nw backup',
            ],
            self.changes(),
        )

    def test_default_route(self):
        """Or that of the default route."""
        self.host.answer(
            'ip',
            'case "$*" in "-o route show default") '
            'echo "default via 10.0.0.1 dev bond0 proto dhcp" ;; esac',
        )
        self.table('parent -', 'vlan301 301 - -')

        self.assert_runs('hvctl-vlans')

        self.assertEqual(
            'ip link add link bond0 name vlan301 type vlan id 301',
            self.changes()[0],
        )

    def test_again(self):
        """An interface that is there is not made again."""
        self.host.answer('ip', 'echo "default via 10.0.0.1 dev bond0"')
        self.host.path('/sys/class/net/vlan301').mkdir(parents=True)
        self.table('parent -', 'vlan301 301 - - 10.3.0.21/24')

        self.assert_runs('hvctl-vlans')

        self.assertEqual(
            [
                'ip link set dev vlan301 up',
                'ip address replace 10.3.0.21/24 dev vlan301',
            ],
            self.changes(),
        )

    def test_no_card(self):
        """It waits for a minute, and then says so."""
        self.table('parent 10.0.0.21', 'vlan301 301 - -')

        self.assert_fails('hvctl-vlans', '10.0.0.21')

        self.assertEqual(60, len(self.host.calls('sleep')))
        self.assertEqual([], self.changes())

    def test_no_client(self):
        """Without a DHCP client there is no address."""
        self.host.answer('ip', 'echo "default via 10.0.0.1 dev bond0"')
        self.host.without('dhclient')
        self.table('parent -', 'vlan301 301 - - dhcp')

        self.assert_fails('hvctl-vlans', 'no DHCP client')


class TestVirtualFunctions(TestCase):
    """hvctl-virtual-functions."""

    CARD = '/sys/class/net/ens1f0/device'

    def card(self, most=16, now=0):
        self.host.write(f'{self.CARD}/sriov_totalvfs', f'{most}\n')
        self.host.write(f'{self.CARD}/sriov_numvfs', f'{now}\n')

    def table(self, *lines):
        self.host.write(
            '/etc/hvctl/virtual-functions', '\n'.join(lines) + '\n'
        )

    def test_ethernet(self):
        """The card is up and has its functions."""
        self.card()
        self.table('ens1f0 8 ethernet')

        self.assert_runs('hvctl-virtual-functions')

        self.assertEqual('8\n', self.host.read(f'{self.CARD}/sriov_numvfs'))
        self.assertEqual(['ip link set dev ens1f0 up'], self.host.calls('ip'))

    def test_there_already(self):
        """Functions that guests may have are left alone."""
        self.card(now=8)
        self.host.path(f'{self.CARD}/sriov_numvfs').chmod(0o444)
        self.table('ens1f0 8 ethernet')

        self.assert_runs('hvctl-virtual-functions')

    def test_no_card(self):
        """It waits for a minute, and then says so."""
        self.table('ens1f0 8 ethernet')

        self.assert_fails(
            'hvctl-virtual-functions', 'there is no network card ens1f0'
        )
        self.assertEqual(60, len(self.host.calls('sleep')))

    def test_no_functions(self):
        """A card or firmware without SR-IOV."""
        self.host.path(self.CARD).mkdir(parents=True)
        self.table('ens1f0 8 ethernet')

        self.assert_fails('hvctl-virtual-functions', 'SR-IOV')

    def test_too_many(self):
        """More than the card can have."""
        self.card(most=4)
        self.table('ens1f0 8 ethernet')

        self.assert_fails(
            'hvctl-virtual-functions', 'can have 4 virtual functions, not 8'
        )

    def test_infiniband(self):
        """Each function gets a GUID, the same at every boot."""
        self.card()
        self.host.write(f'{self.CARD}/sriov_drivers_autoprobe', '1\n')
        self.host.write(
            f'{self.CARD}/infiniband/mlx5_0/node_guid',
            'ec0d:9a03:00d4:3b9a\n',
        )
        self.table('ens1f0 2 infiniband')

        self.assert_runs('hvctl-virtual-functions')

        expected = ['ip link set dev ens1f0 up']
        for function in (0, 1):
            prefix = f'ip link set dev ens1f0 vf {function}'
            guid = f'ee:0d:9a:00:0{function + 1}:d4:3b:9a'
            expected += [
                f'{prefix} node_guid {guid}',
                f'{prefix} port_guid {guid}',
                f'{prefix} state auto',
            ]
        self.assertEqual(expected, self.host.calls('ip'))
        self.assertEqual(
            '0\n', self.host.read(f'{self.CARD}/sriov_drivers_autoprobe')
        )

    def test_exclude(self):
        """Nova is told every function by its address but those."""
        self.card()
        for number in range(3):
            address = f'0000:3b:02.{number}'
            self.host.path(f'/sys/devices/{address}').mkdir(parents=True)
            self.host.path(f'{self.CARD}/virtfn{number}').symlink_to(
                self.host.path(f'/sys/devices/{address}')
            )
        self.table('ens1f0 3 ethernet physnet1 true 0000:3b:02.1')

        for _ in range(2):  # at every boot
            self.assert_runs('hvctl-virtual-functions')

            self.assertEqual(
                '[pci]\n'
                'device_spec = {"address": "0000:3b:02.0", '
                '"physical_network": "physnet1", "trusted": "true"}\n'
                'device_spec = {"address": "0000:3b:02.2", '
                '"physical_network": "physnet1", "trusted": "true"}\n',
                self.host.read('/etc/nova/nova.conf.d/hvctl-device-spec.conf'),
            )


class TestSwitch(TestCase):
    """hvctl-switch."""

    AGENT = '/etc/neutron/plugins/ml2/openvswitch_agent.ini'

    def table(self, *lines):
        self.host.table('/etc/hvctl/switch', '\n'.join(lines) + '\n')

    def test_rendered(self):
        """Everything that OVN needs."""
        written = base.files(base.a_profile(networking=base.OVN))
        self.host.table('/etc/hvctl/switch', written['/etc/hvctl/switch'])
        self.host.path('/sys/class/net/ens2f0').mkdir(parents=True)

        self.assert_runs('hvctl-switch')

        setting = 'ovs-vsctl --timeout=60 set Open_vSwitch . external_ids:'
        self.assertEqual(
            [
                f'{setting}hostname="hv1"',
                f'{setting}system-id="{base.COMPUTE_ID}"',
                f'{setting}ovn-remote="tcp:10.0.0.3:6642,tcp:10.0.0.4:6642"',
                f'{setting}ovn-encap-type="geneve"',
                f'{setting}ovn-bridge-mappings="physnet1:br-ex"',
                'ovs-vsctl --timeout=60 --may-exist add-br br-ex',
                'ovs-vsctl --timeout=60 --may-exist add-port br-ex ens2f0',
                f'{setting}ovn-encap-ip="10.0.0.21"',
            ],
            self.host.calls('ovs-vsctl'),
        )
        self.assertIn('ip link set dev ens2f0 up', self.host.calls('ip'))

    def test_no_switch(self):
        """Said at once."""
        self.host.without('ovs-vsctl')
        self.table('external-id hostname hv1')

        self.assert_fails('hvctl-switch', 'Open vSwitch is not installed')

    def test_interface_in_use(self):
        """The host's own network card does not vanish in a bridge."""
        self.host.path('/sys/class/net/ens1').mkdir(parents=True)
        self.host.answer('ip', 'echo "2: ens1    inet 10.0.0.21/24"')
        self.table('bridge br-ex ens1')

        self.assert_fails('hvctl-switch', 'ens1 has an address of this host')
        self.assertFalse(
            [x for x in self.host.calls('ovs-vsctl') if 'add-port' in x]
        )

    def test_address_of_interface(self):
        """Found at every boot, also when it is another one."""
        self.host.write(self.AGENT, '[ovs]\nlocal_ip = 192.0.2.1\n')
        self.table(f'tunnel-file {self.AGENT} ens3')
        for address in ('10.0.0.7', '10.0.0.8'):
            self.host.answer(
                'ip',
                f'echo "4: ens3    inet {address}/24 brd 10.0.0.255"',
            )
            with self.subTest(address=address):
                self.assert_runs('hvctl-switch')

                self.assertEqual(
                    f'[ovs]\nlocal_ip = {address}\n',
                    self.host.read(self.AGENT),
                )

    def test_address_of_default_route(self):
        """Where nothing else is known."""
        self.host.answer(
            'ip',
            'case "$*" in\n'
            '*route*) echo "default via 10.0.0.1 dev ens1 metric 1" ;;\n'
            '*"show dev ens1 "*) echo "2: ens1    inet 10.0.0.9/24" ;;\n'
            'esac',
        )
        self.table('tunnel-external-id ovn-encap-ip -')

        self.assert_runs('hvctl-switch')

        self.assertIn(
            'external_ids:ovn-encap-ip="10.0.0.9"',
            self.host.calls('ovs-vsctl')[-1],
        )

    def test_no_address(self):
        """It waits for a minute, and then says so."""
        self.table('tunnel-external-id ovn-encap-ip ens3')

        self.assert_fails('hvctl-switch', 'no address for tunnels')
        self.assertEqual(60, len(self.host.calls('sleep')))
