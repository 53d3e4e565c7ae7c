# SPDX-License-Identifier: Apache-2.0
"""The scripts that run on the host."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import unittest

from hvctl.tests.unit.userdata import sandbox
from hvctl.userdata import host

SCRIPTS = (
    'hvctl-identity',
    'hvctl-setup',
    'hvctl-switch',
    'hvctl-virtual-functions',
    'hvctl-vlans',
)


class TestSyntax(unittest.TestCase):
    """All of them."""

    def test_shells(self) -> None:
        """Debian's and RHEL's shell can read them."""
        directory = pathlib.Path(host.__file__).parent / 'scripts'
        self.assertEqual(
            set(SCRIPTS), {path.name for path in directory.iterdir()}
        )
        for shell in filter(shutil.which, ('dash', 'bash')):
            for script in SCRIPTS:
                with self.subTest(shell=shell, script=script):
                    subprocess.run(
                        [shell, '-n', str(directory / script)], check=True
                    )


class TestVlans(sandbox.TestCase):
    """hvctl-vlans."""

    def table(self, *lines):
        self.host.write('/etc/hvctl/vlans', '\n'.join(lines) + '\n')

    def changes(self):
        return [
            call.replace(str(self.host.root), '')
            for call in self.host.calls('ip', 'dhclient')
            if ' show ' not in call
        ]

    def test_rendered(self) -> None:
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
                'dhclient -nw -cf /etc/hvctl/dhclient.conf '
                '-pf /run/dhclient.backup.pid '
                '-lf /run/dhclient.backup.leases backup',
            ],
            self.changes(),
        )

    def test_dhcp_again(self) -> None:
        """A client that runs already is left alone."""
        self.host.answer('ip', 'echo "default via 10.0.0.1 dev bond0"')
        self.table('parent -', 'backup 302 - - dhcp')
        for pid, times in ((os.getpid(), 0), ('none', 1)):
            self.host.write('/run/dhclient.backup.pid', f'{pid}\n')
            with self.subTest(pid=pid):
                self.assert_runs('hvctl-vlans')

                self.assertEqual(times, len(self.host.calls('dhclient')))

    def test_other_clients(self) -> None:
        """None takes the default route or the name servers."""
        self.host.answer('ip', 'echo "default via 10.0.0.1 dev bond0"')
        self.host.program('dhcpcd')
        self.host.without('dhclient')
        self.table('parent -', 'backup 302 fa:16:3e:00:00:02 1400 dhcp')

        self.assert_runs('hvctl-vlans')

        self.assertEqual(
            [
                'dhcpcd --background --quiet --nogateway '
                '--nohook resolv.conf,hostname backup'
            ],
            self.host.calls('dhcpcd'),
        )

        self.host.without('dhcpcd')
        self.assert_runs('hvctl-vlans')

        self.assertEqual(
            [
                'nmcli connection delete hvctl-backup',
                'nmcli --wait 60 device set backup managed yes',
                'nmcli connection add save no type vlan '
                'con-name hvctl-backup ifname backup dev bond0 id 302 '
                '802-3-ethernet.cloned-mac-address fa:16:3e:00:00:02 '
                '802-3-ethernet.mtu 1400 '
                'ipv4.never-default yes ipv4.ignore-auto-dns yes '
                'ipv6.never-default yes ipv6.ignore-auto-dns yes '
                'ipv6.may-fail yes',
                'nmcli --wait 60 connection up hvctl-backup',
            ],
            self.host.calls('nmcli'),
        )

    def test_advertisements(self) -> None:
        """Nor does what routers say of the sub-network."""
        self.host.answer('ip', 'echo "default via 10.0.0.1 dev bond0"')
        settings = '/proc/sys/net/ipv6/conf/backup/accept_ra'
        for address, accepted, route in (
            ('', '1', '1'),
            (' dhcp', '1', '0'),
            (' fd00::21/64', '0', '1'),
        ):
            self.host.write(settings, '1\n')
            self.host.write(f'{settings}_defrtr', '1\n')
            self.table('parent -', f'backup 302 - -{address}')
            with self.subTest(address=address):
                self.assert_runs('hvctl-vlans')

                self.assertEqual(accepted, self.host.read(settings).strip())
                self.assertEqual(
                    route, self.host.read(f'{settings}_defrtr').strip()
                )

    def test_mtu_of_the_card(self) -> None:
        """It carries what Neutron says that its network does."""
        self.host.answer('ip', 'echo "default via 10.0.0.1 dev bond0"')
        self.table('parent -', 'vlan301 301 - 8950')
        for known, raised in ((1500, True), (9000, False)):
            self.host.path('calls').unlink(missing_ok=True)
            self.host.write('/sys/class/net/bond0/mtu', f'{known}\n')
            with self.subTest(known=known):
                self.assert_runs('hvctl-vlans')

                self.assertEqual(
                    raised,
                    'ip link set dev bond0 mtu 8950' in self.changes(),
                )

    def test_default_route(self) -> None:
        """Or that of the default route."""
        self.host.answer(
            'ip',
            'case "$*" in "-o -4 route show default") '
            'echo "default dev bond0 proto dhcp scope link" ;; esac',
        )
        self.table('parent -', 'vlan301 301 - -')

        self.assert_runs('hvctl-vlans')

        self.assertEqual(
            'ip link add link bond0 name vlan301 type vlan id 301',
            self.changes()[0],
        )

    def test_default_route_of_ipv6(self) -> None:
        """Where there is no other."""
        self.host.answer(
            'ip',
            'case "$*" in "-o -6 route show default") '
            'echo "default via fe80::1 dev ens1 proto ra" ;; esac',
        )
        self.table('parent -', 'vlan301 301 - -')

        self.assert_runs('hvctl-vlans')

        self.assertIn(' link ens1 ', self.changes()[0])

    def test_again(self) -> None:
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

    def test_no_card(self) -> None:
        """It waits for a minute, and then says so."""
        self.table('parent 10.0.0.21', 'vlan301 301 - -')

        self.assert_fails('hvctl-vlans', '10.0.0.21')

        self.assertEqual(60, len(self.host.calls('sleep')))
        self.assertEqual([], self.changes())

    def test_no_client(self) -> None:
        """Without a DHCP client there is no address."""
        self.host.answer('ip', 'echo "default via 10.0.0.1 dev bond0"')
        self.host.without('dhclient')
        self.host.without('nmcli')
        self.table('parent -', 'vlan301 301 - - dhcp')

        self.assert_fails('hvctl-vlans', 'no DHCP client')


class TestVirtualFunctions(sandbox.TestCase):
    """hvctl-virtual-functions."""

    CARD = '/sys/class/net/ens1f0/device'

    def card(self, most=16, now=0):
        self.host.write(f'{self.CARD}/sriov_totalvfs', f'{most}\n')
        self.host.write(f'{self.CARD}/sriov_numvfs', f'{now}\n')

    def table(self, *lines):
        self.host.write(
            '/etc/hvctl/virtual-functions', '\n'.join(lines) + '\n'
        )

    def test_ethernet(self) -> None:
        """The card is up and has its functions."""
        self.card()
        self.table('ens1f0 8 ethernet')

        self.assert_runs('hvctl-virtual-functions')

        self.assertEqual('8\n', self.host.read(f'{self.CARD}/sriov_numvfs'))
        self.assertEqual(['ip link set dev ens1f0 up'], self.host.calls('ip'))

    def test_there_already(self) -> None:
        """Functions that guests may have are left alone."""
        self.card(now=8)
        self.host.path(f'{self.CARD}/sriov_numvfs').chmod(0o444)
        self.table('ens1f0 8 ethernet')

        self.assert_runs('hvctl-virtual-functions')

    def test_no_card(self) -> None:
        """It waits for a minute, and then says so."""
        self.table('ens1f0 8 ethernet')

        self.assert_fails(
            'hvctl-virtual-functions', 'there is no network card ens1f0'
        )
        self.assertEqual(60, len(self.host.calls('sleep')))

    def test_no_functions(self) -> None:
        """A card or firmware without SR-IOV."""
        self.host.path(self.CARD).mkdir(parents=True)
        self.table('ens1f0 8 ethernet')

        self.assert_fails('hvctl-virtual-functions', 'SR-IOV')

    def test_too_many(self) -> None:
        """More than the card can have."""
        self.card(most=4)
        self.table('ens1f0 8 ethernet')

        self.assert_fails(
            'hvctl-virtual-functions', 'can have 4 virtual functions, not 8'
        )

    def test_infiniband(self) -> None:
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

    def test_exclude(self) -> None:
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
