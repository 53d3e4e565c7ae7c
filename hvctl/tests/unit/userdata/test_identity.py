# SPDX-License-Identifier: Apache-2.0
"""The script that gives a machine an identity of its own."""

from __future__ import annotations

import re
import shutil

from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import sandbox

SCRIPT = 'hvctl-identity'
OTHER_ID = '0a6f8a0e-14a0-8e6b-8c3b-4d8d1f7a9b22'

MACHINE_ID = '/etc/machine-id'
BUS_ID = '/var/lib/dbus/machine-id'
INITIATOR = '/etc/iscsi/initiatorname.iscsi'
HOST_NQN = '/etc/nvme/hostnqn'
HOST_ID = '/etc/nvme/hostid'
LIBVIRT = '/etc/libvirt/libvirtd.conf'
SEED = '/var/lib/systemd/random-seed'

#: What an image has that was made from a machine that ran.
CLONED = {
    MACHINE_ID: 'b08dfa6083e7567a1921a715000001fb\n',
    BUS_ID: 'b08dfa6083e7567a1921a715000001fb\n',
    INITIATOR: 'InitiatorName=iqn.1993-08.org.debian:01:9492f61e9f77\n',
    HOST_NQN: 'nqn.2014-08.org.nvmexpress:uuid:'
    '9e9e5ee0-0001-4f9c-8f2a-111111111111\n',
    HOST_ID: '9e9e5ee0-0001-4f9c-8f2a-111111111111\n',
    LIBVIRT: '#host_uuid = "0"\n'
    'host_uuid = "9e9e5ee0-0001-4f9c-8f2a-222222222222"\n'
    'log_level = 3\n',
    SEED: 'seed',
}


class TestIdentity(sandbox.TestCase):
    """hvctl-identity."""

    def setUp(self) -> None:
        super().setUp()
        self.active()
        for path, text in CLONED.items():
            self.host.write(path, text)

    def active(self, *units):
        """Let these units run."""
        self.host.answer(
            'systemctl',
            'case $1 in is-active) '
            f'case " {" ".join(units)} " in *" $3 "*) ;; *) exit 3 ;; esac ;; '
            'esac\n',
        )

    def everything(self):
        """Read all that tells a machine from others."""
        return {
            path: self.host.path(path).read_bytes()
            for path in CLONED
            if self.host.path(path).exists()
        }

    def test_two_machines_of_one_image(self) -> None:
        """They have nothing of the image's, and nothing in common."""
        image = self.everything()
        self.assert_runs(SCRIPT, base.COMPUTE_ID)
        one = self.everything()
        for path, text in CLONED.items():
            self.host.path(path).unlink()
            self.host.write(path, text)

        self.assert_runs(SCRIPT, OTHER_ID)

        other = self.everything()
        for path in CLONED:
            with self.subTest(path=path):
                self.assertEqual(3, len({image[path], one[path], other[path]}))

    def test_host_id(self) -> None:
        """One more, but that of a machine whose own disk is a pool stays."""
        for mounts, stays in (
            ('/dev/vda1 / ext4 rw 0 0\n', False),
            ('rpool/root / zfs rw 0 0\n', True),
        ):
            self.host.path('/var/lib/hvctl/identity').unlink(missing_ok=True)
            self.host.write('/etc/hostid', 'abcdef')
            self.host.write('/proc/mounts', mounts)
            with self.subTest(mounts=mounts):
                self.assert_runs(SCRIPT, base.COMPUTE_ID)

                found = self.host.path('/etc/hostid').read_bytes()
                self.assertEqual(stays, found == b'abcdef')

    def test_switch(self) -> None:
        """Whether it runs or not, and whoever uses it."""
        database = '/etc/openvswitch/conf.db'
        self.host.write(database, 'of the image')
        for running in (True, False):
            self.host.path('calls').unlink(missing_ok=True)
            self.host.path('/var/lib/hvctl/identity').unlink(missing_ok=True)
            self.host.answer('ovs-vsctl', '' if running else 'exit 1')
            with self.subTest(running=running):
                self.assert_runs(SCRIPT, base.COMPUTE_ID)

                self.assertEqual(
                    f'{base.COMPUTE_ID}\n',
                    self.host.read('/etc/openvswitch/system-id.conf'),
                )
                (asked,) = self.host.calls('ovs-vsctl')
                self.assertIn(f'system-id="{base.COMPUTE_ID}"', asked)
                self.assertIn(' ovn-chassis-mac-mappings ', asked)
                offline = self.host.calls('ovsdb-tool')
                self.assertEqual(not running, bool(offline))

    def test_files(self) -> None:
        """Each is in the form that its readers know."""
        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertTrue(
            re.fullmatch('[0-9a-f]{32}\n', self.host.read(MACHINE_ID))
        )
        self.assertEqual(self.host.path(MACHINE_ID), self.link(BUS_ID))
        self.assertEqual(
            {
                INITIATOR: 'InitiatorName=iqn.2016-04.com.open-iscsi:'
                f'{base.COMPUTE_ID}\n',
                HOST_NQN: 'nqn.2014-08.org.nvmexpress:uuid:'
                f'{base.COMPUTE_ID}\n',
                HOST_ID: f'{base.COMPUTE_ID}\n',
                LIBVIRT: '#host_uuid = "0"\n'
                f'host_uuid = "{base.COMPUTE_ID}"\n'
                'log_level = 3\n',
            },
            {
                path: self.host.read(path)
                for path in (INITIATOR, HOST_NQN, HOST_ID, LIBVIRT)
            },
        )
        self.assertEqual(512, len(self.host.path(SEED).read_bytes()))

    def link(self, path):
        """Give what a link on the host leads to."""
        return self.host.path(path).readlink()

    def test_later_boots(self) -> None:
        """Nothing changes any more, not what somebody has chosen since."""
        self.assert_runs(SCRIPT, base.COMPUTE_ID)
        self.host.write(INITIATOR, 'InitiatorName=iqn.2026-01.org.site:hv1\n')
        before = self.everything()

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertEqual(before, self.everything())

    def test_image_of_a_hypervisor(self) -> None:
        """The mark of the machine that it was made from says nothing."""
        self.host.write('/var/lib/hvctl/identity', f'{OTHER_ID}\n')

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertIn(base.COMPUTE_ID, self.host.read(INITIATOR))

    def test_plain_image(self) -> None:
        """What is not installed gets no files."""
        for directory in ('etc/iscsi', 'etc/nvme', 'etc/libvirt', 'var'):
            shutil.rmtree(self.host.root / directory)

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertEqual({MACHINE_ID}, set(self.everything()))

    def test_volumes_of_another_machine(self) -> None:
        """It logs in to none of them at boot, by no name of that machine."""
        interface = 'iface.initiatorname = iqn.1993-08.org.debian:01:9492f6\n'
        for directory in ('/etc/iscsi', '/var/lib/iscsi'):
            self.host.write(f'{directory}/nodes/iqn.a/10.0.0.9,3260,1/default')
            self.host.write(
                f'{directory}/send_targets/10.0.0.9,3260/st_config'
            )
            self.host.write(f'{directory}/ifaces/bond0', interface)

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        for directory in ('/etc/iscsi', '/var/lib/iscsi'):
            with self.subTest(directory=directory):
                for kept in ('nodes', 'send_targets'):
                    path = self.host.path(f'{directory}/{kept}')
                    self.assertFalse(path.exists())
                self.assertEqual(
                    'iface.initiatorname = iqn.2016-04.com.open-iscsi:'
                    f'{base.COMPUTE_ID}\n',
                    self.host.read(f'{directory}/ifaces/bond0'),
                )

    def test_nvme_connections_of_another_machine(self) -> None:
        """None is made by the name of that machine."""
        old = CLONED[HOST_NQN].strip()
        nqn = f'nqn.2014-08.org.nvmexpress:uuid:{base.COMPUTE_ID}'
        host = (
            '[{{"hostnqn":"{nqn}", "hostid" : "{id}",\n'
            '"subsystems": [{{"nqn": "nqn.2014-08.org.a:b"}}]}}]\n'
        )
        conf = (
            '# -q, --hostnqn: the host\n'
            '-t tcp -a 10.0.0.9 --hostnqn={nqn} --hostid={id}\n'
            '-t tcp -a 10.0.0.8 -q {nqn} -I {id} -s 8009\n'
        )
        config, discovery = '/etc/nvme/config.json', '/etc/nvme/discovery.conf'
        self.host.write(config, host.format(nqn=old, id=OTHER_ID))
        self.host.write(discovery, conf.format(nqn=old, id=OTHER_ID))

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertEqual(
            host.format(nqn=nqn, id=base.COMPUTE_ID), self.host.read(config)
        )
        self.assertEqual(
            conf.format(nqn=nqn, id=base.COMPUTE_ID),
            self.host.read(discovery),
        )

    def test_uuid_by_machine_id(self) -> None:
        """A libvirt that has it from the old machine id starts anew."""
        for daemon in ('libvirtd', 'virtqemud', 'virtproxyd'):
            self.host.write(
                f'/etc/libvirt/{daemon}.conf',
                'host_uuid_source = "machine-id"\n'
                if daemon == 'virtqemud'
                else '#host_uuid_source = "smbios"\n',
            )
        self.active(
            'libvirtd.service', 'virtqemud.service', 'virtproxyd.service'
        )

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertEqual(
            ['systemctl --no-block restart virtqemud.service'],
            [call for call in self.host.calls() if 'restart' in call],
        )

    def test_not_made_yet(self) -> None:
        """Packages that make a name later find it made."""
        for path in (INITIATOR, HOST_NQN, HOST_ID):
            self.host.path(path).unlink()

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertEqual(set(CLONED), set(self.everything()))

    def test_made_when_it_starts(self) -> None:
        """Debian's service would make it too late for Nova."""
        self.host.write(INITIATOR, 'GenerateName=yes\n')

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertIn('InitiatorName=', self.host.read(INITIATOR))
        self.assertNotIn('GenerateName', self.host.read(INITIATOR))

    def test_first_boot(self) -> None:
        """A machine id that systemd has just made stays."""
        self.host.write('/run/systemd/first-boot')

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertEqual(CLONED[MACHINE_ID], self.host.read(MACHINE_ID))
        self.assertIn(base.COMPUTE_ID, self.host.read(INITIATOR))

    def test_disk_over_the_network(self) -> None:
        """A machine keeps the name by which it has its own disk."""
        self.host.write('/sys/class/iscsi_session/session1/state')
        self.host.write('/etc/iscsi/nodes/iqn.a/10.0.0.9,3260,1/default')
        self.host.write('/sys/class/nvme/nvme0/transport', 'pcie\n')
        self.host.write('/sys/class/nvme/nvme1/transport', 'tcp\n')

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        for path in (INITIATOR, HOST_NQN, HOST_ID):
            with self.subTest(path=path):
                self.assertEqual(CLONED[path], self.host.read(path))
        self.assertTrue(self.host.path('/etc/iscsi/nodes').exists())

    def test_disk_of_its_own(self) -> None:
        """One on the bus of the machine binds it to no name."""
        self.host.write('/sys/class/nvme/nvme0/transport', 'pcie\n')

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertIn(base.COMPUTE_ID, self.host.read(HOST_NQN))

    def test_enabled_in_the_image(self) -> None:
        """What registers waits for the set-up, in this boot and the next."""
        self.host.answer('systemctl', 'exit 5')

        self.assert_runs(SCRIPT, base.COMPUTE_ID, 'agent', 'nova-compute')

        self.assertEqual(
            [
                'systemctl disable --quiet agent',
                'systemctl --no-block stop agent',
                'systemctl disable --quiet nova-compute',
                'systemctl --no-block stop nova-compute',
            ],
            self.host.calls()[:4],
        )

    def test_enabled_by_the_set_up(self) -> None:
        """Later boots start it."""
        self.host.write('/var/lib/hvctl/identity', f'{base.COMPUTE_ID}\n')

        self.assert_runs(SCRIPT, base.COMPUTE_ID, 'nova-compute')

        self.assertEqual([], self.host.calls())

    def test_services(self) -> None:
        """Those that have read the old ones start anew, unwaited for."""
        self.active(
            'systemd-journald.service', 'iscsid.service', 'libvirtd.service'
        )

        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertEqual(
            [
                'systemctl --no-block restart systemd-journald.service',
                'systemctl --no-block restart iscsid.service',
                'systemctl --no-block restart libvirtd.service',
            ],
            [
                call
                for call in self.host.calls('systemctl')
                if 'restart' in call
            ],
        )

    def test_services_that_do_not_run(self) -> None:
        """They read the new ones when they start."""
        self.assert_runs(SCRIPT, base.COMPUTE_ID)

        self.assertFalse(
            [call for call in self.host.calls() if 'restart' in call]
        )
