# SPDX-License-Identifier: Apache-2.0
"""The script that sets up Open vSwitch on the host."""

from __future__ import annotations

from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import sandbox


class TestSwitch(sandbox.TestCase):
    """hvctl-switch."""

    AGENT = '/etc/neutron/plugins/ml2/openvswitch_agent.ini'

    def table(self, *lines):
        self.host.table('/etc/hvctl/switch', '\n'.join(lines) + '\n')

    def test_rendered(self) -> None:
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
                'ovs-vsctl --timeout=60 get-manager',
                'ovs-vsctl --timeout=60 --id=@manager '
                '-- create Manager target="ptcp:6640:127.0.0.1" '
                '-- add Open_vSwitch . manager_options @manager',
                f'{setting}ovn-remote="tcp:10.0.0.3:6642,tcp:10.0.0.4:6642"',
                f'{setting}ovn-encap-type="geneve"',
                f'{setting}ovn-bridge-mappings="physnet1:br-ex"',
                'ovs-vsctl --timeout=60 --may-exist add-br br-ex',
                'ovs-vsctl --timeout=60 --may-exist add-port br-ex ens2f0',
                'ovs-vsctl --timeout=60 get Interface ens2f0 error',
                f'{setting}ovn-encap-ip="10.0.0.21"',
            ],
            self.host.calls('ovs-vsctl'),
        )
        self.assertIn('ip link set dev ens2f0 up', self.host.calls('ip'))

    def test_database_is_open(self) -> None:
        """A second time, as at later boots, there is nothing to add."""
        self.host.answer(
            'ovs-vsctl',
            'case $2 in get-manager)\n'
            'echo "ssl:10.0.0.9:6640"; echo "ptcp:6640:127.0.0.1" ;;\n'
            'esac',
        )
        self.table('manager ptcp:6640:127.0.0.1')

        self.assert_runs('hvctl-switch')

        self.assertEqual(
            ['ovs-vsctl --timeout=60 get-manager'],
            self.host.calls('ovs-vsctl'),
        )

    def test_datapath(self) -> None:
        """Bridges are of the kind that the agent is told."""
        self.table('bridge br-ex', 'datapath netdev', 'bridge br-data')

        self.assert_runs('hvctl-switch')

        self.assertEqual(
            [
                'ovs-vsctl --timeout=60 --may-exist add-br br-ex',
                'ovs-vsctl --timeout=60 --may-exist add-br br-data '
                '-- set Bridge br-data datapath_type=netdev',
            ],
            self.host.calls('ovs-vsctl'),
        )

    def test_no_switch(self) -> None:
        """Said at once."""
        self.host.without('ovs-vsctl')
        self.table('external-id hostname hv1')

        self.assert_fails('hvctl-switch', 'Open vSwitch is not installed')

    def test_interface_in_use(self) -> None:
        """The host's own network card does not vanish in a bridge."""
        self.host.path('/sys/class/net/ens1').mkdir(parents=True)
        self.host.answer('ip', 'echo "2: ens1    inet 10.0.0.21/24"')
        self.table('bridge br-ex ens1')

        self.assert_fails('hvctl-switch', 'ens1 has an address of this host')
        self.assertFalse(
            [x for x in self.host.calls('ovs-vsctl') if 'add-port' in x]
        )

    def test_own_interface(self) -> None:
        """Nor does one with a lease that others reach the host by."""
        self.host.path('/sys/class/net/ens1').mkdir(parents=True)
        for own, answer in (
            (
                '10.0.0.21',
                '*"to 10.0.0.21") echo "2: ens1    inet 10.0.0.21/24" ;;',
            ),
            (
                '-',
                '*"-4 route"*) echo "default via 10.0.0.1 dev ens1" ;;',
            ),
            (
                '-',
                '*"-6 route"*) echo "default via fe80::1 dev ens1" ;;',
            ),
        ):
            self.host.answer(
                'ip',
                f'case "$*" in {answer}\n'
                '*global) echo "2: ens1 inet 10.0.0.21/24 dynamic" ;; esac',
            )
            self.table(f'own {own}', 'bridge br-ex ens1')
            with self.subTest(own=own, answer=answer):
                self.assert_fails('hvctl-switch', 'has an address of this')
                self.assertFalse(
                    self.host.path('/etc/systemd/network').exists()
                )

    def test_leased_address(self) -> None:
        """What the image has to give cards addresses leaves this one alone."""
        self.host.path('/sys/class/net/ens2f0').mkdir(parents=True)
        ipv6 = '/proc/sys/net/ipv6/conf/ens2f0/disable_ipv6'
        self.host.write(ipv6, '0\n')
        self.host.answer(
            'ip',
            'case "$*" in *"dev ens2f0 scope global")\n'
            '[ "$(grep -c sleep "$SANDBOX/calls")" -ge 2 ] ||\n'
            'echo "3: ens2f0 inet 203.0.113.7/24 scope global dynamic" ;;\n'
            'esac',
        )
        self.table('own 10.0.0.21', 'bridge br-ex ens2f0')

        self.assert_runs('hvctl-switch')

        self.assertEqual(
            '[Match]\nName=ens2f0\n\n[Link]\nUnmanaged=yes\n',
            self.host.read('/etc/systemd/network/05-hvctl-ens2f0.network'),
        )
        self.assertEqual(
            'ACTION!="remove", SUBSYSTEM=="net", KERNEL=="ens2f0", '
            'TEST=="device", ENV{NM_UNMANAGED}="1"\n',
            self.host.read('/etc/udev/rules.d/70-hvctl-ens2f0.rules'),
        )
        self.assertEqual('1\n', self.host.read(ipv6))
        self.assertEqual(
            {'networkctl reload', 'nmcli device set ens2f0 managed no'},
            set(self.host.calls('networkctl', 'nmcli')),
        )
        self.assertTrue(
            [x for x in self.host.calls('ovs-vsctl') if 'add-port' in x]
        )

    def test_lease_that_stays(self) -> None:
        """A client that nothing here knows of has to be told by hand."""
        self.host.path('/sys/class/net/ens1').mkdir(parents=True)
        self.host.answer(
            'ip',
            'case "$*" in *global)\n'
            'echo "2: ens1 inet 203.0.113.7/24 dynamic" ;; esac',
        )
        self.table('own 10.0.0.21', 'bridge br-ex ens1')

        self.assert_fails('hvctl-switch', 'nothing may ask for one on')

    def test_interface_that_is_not_taken(self) -> None:
        """Open vSwitch says so and succeeds."""
        self.host.path('/sys/class/net/ens1').mkdir(parents=True)
        self.host.answer(
            'ovs-vsctl',
            'case "$*" in *error) echo "could not open ens1" ;; esac',
        )
        self.table('bridge br-ex ens1')

        self.assert_fails(
            'hvctl-switch',
            'Open vSwitch cannot take ens1: could not open ens1',
        )

    def test_address_of_interface(self) -> None:
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

    def test_address_of_default_route(self) -> None:
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

    def test_only_ipv6(self) -> None:
        """Where no IPv4 address comes, it is the one that lasts."""
        self.host.answer(
            'ip',
            'case "$*" in\n'
            '*-6*route*) echo "default via fe80::1 dev ens1 proto ra" ;;\n'
            '*"-6 address show dev ens1 "*)\n'
            'echo "2: ens1    inet6 fd00::1/64 scope global temporary"\n'
            'echo "2: ens1    inet6 fd00::2/64 scope global tentative"\n'
            'echo "2: ens1    inet6 fd00::9/64 scope global dynamic" ;;\n'
            'esac',
        )
        for source in ('-', 'ens1'):
            self.host.path('calls').unlink(missing_ok=True)
            self.host.write(self.AGENT, '[ovs]\nlocal_ip = 192.0.2.1\n')
            self.table(f'tunnel-file {self.AGENT} {source}')
            with self.subTest(source=source):
                self.assert_runs('hvctl-switch')

                self.assertEqual(
                    '[ovs]\nlocal_ip = fd00::9\n', self.host.read(self.AGENT)
                )
                self.assertEqual(20, len(self.host.calls('sleep')))

    def test_ipv4_comes_later(self) -> None:
        """The other address of its interface is not taken instead."""
        self.host.answer(
            'ip',
            'case "$*" in\n'
            '*"-6 address"*) echo "2: ens1    inet6 fd00::9/64" ;;\n'
            '*"-4 address"*)\n'
            '[ "$(grep -c sleep "$SANDBOX/calls")" -lt 3 ] ||\n'
            'echo "2: ens1    inet 10.0.0.9/24" ;;\n'
            'esac',
        )
        self.table('tunnel-external-id ovn-encap-ip ens1')

        self.assert_runs('hvctl-switch')

        self.assertIn(
            'external_ids:ovn-encap-ip="10.0.0.9"',
            self.host.calls('ovs-vsctl')[-1],
        )

    def test_no_address(self) -> None:
        """It waits for a minute, and then says so."""
        self.table('tunnel-external-id ovn-encap-ip ens3')

        self.assert_fails('hvctl-switch', 'no address for tunnels')
        self.assertEqual(60, len(self.host.calls('sleep')))
