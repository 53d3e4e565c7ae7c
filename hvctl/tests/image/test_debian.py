# SPDX-License-Identifier: Apache-2.0
"""The image of Debian, of the example's elements."""

from __future__ import annotations

import datetime
import os
import pathlib
import re
import tempfile
import unittest

from hvctl.certificates import issuing
from hvctl.certificates import ssh
from hvctl.certificates import tls
from hvctl.model.credentials import Validity
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.networking import Ovs
from hvctl.model.profile import Family, Part, PartType, Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import ColdSsh, LiveTls, Transport
from hvctl.tests.booting import report
from hvctl.tests.image import building
from hvctl.tests.image import machine
from hvctl.userdata.document import rendering
from hvctl.userdata.migration import reach

_RECIPE = 'debian-13.yaml'
#: By name, the compute node id.
_HOSTS = {
    'hv1': '5c6a4f0e-7f1b-8d2a-9a35-0d8b6a3f4c11',
    'hv2': '9d1f7b52-3c48-8e6b-b0a7-42e5c8d91f33',
}
#: The machine's only one, and nothing answers there.
_ADDRESS = '127.0.0.1'
#: Seconds, of which a machine with two cores of its own needs about a hundred.
_LIMIT = 1800
_AGENT = 'neutron-openvswitch-agent'
_QUESTIONS = {
    'uuid': 'virsh -c qemu:///system capabilities',
    'system-id': 'ovs-vsctl get Open_vSwitch . external_ids:system-id',
    'switch': 'systemctl is-active openvswitch-switch; ovs-vsctl show',
}

_IDENTITIES = (
    'etc/iscsi/initiatorname.iscsi',
    'etc/machine-id',
    'etc/nova/compute_id',
    'etc/nvme/hostid',
    'etc/nvme/hostnqn',
    'etc/openvswitch/system-id.conf',
    'etc/ssh/ssh_host_ed25519_key.pub',
    'etc/ssh/ssh_host_rsa_key.pub',
)


def _profile() -> Profile:
    now = datetime.datetime.now(datetime.UTC)
    return Profile(
        name='image',
        network='internalapi',
        packages=dict.fromkeys(Family, ()),
        networking=Ovs(
            bridge_mappings={'physnet1': 'br-ex'},
            bridge_interfaces={'br-ex': machine.INTERFACE},
            tunnel_types=('vxlan',),
        ),
        nova={
            'DEFAULT': {
                'transport_url': (
                    Secret(f'rabbit://nova:word@{_ADDRESS}:5672/'),
                )
            },
            # The machine has no /dev/kvm.
            'libvirt': {'virt_type': ('qemu',)},
        },
        # The kernel here may know no switch.
        neutron={'ovs': {'datapath_type': ('netdev',)}},
        migration=Transport(
            live=LiveTls(issue=tls.new_authority(now)),
            cold=ColdSsh(
                issue_user=ssh.new_authority(),
                issue_host=ssh.new_authority(),
            ),
        ),
        user_data=(
            Part(
                path='/look.yaml',
                type=PartType.CLOUD_CONFIG,
                text=report.part((_AGENT,), _QUESTIONS),
            ),
        ),
    )


def _user_data(profile: Profile, name: str, compute_id: str) -> bytes:
    """Render it with keys of the host's own, as ``create`` does."""
    ports = MachinePorts(address=_ADDRESS, addresses=(_ADDRESS,))
    now = datetime.datetime.now(datetime.UTC)
    document = rendering.render(
        profile,
        name=name,
        compute_id=compute_id,
        ports=ports,
        credentials=issuing.issue(
            profile,
            reach.holder(profile, name, ports),
            Validity.of(now, now + datetime.timedelta(hours=1)),
        ),
    )
    return document.text().encode()


@unittest.skipIf(os.geteuid(), 'only root can build and boot an image')
class TestDebian(unittest.TestCase):
    """Two machines of one image."""

    answers: dict[str, report.Answers]

    @classmethod
    def setUpClass(cls) -> None:
        """Build the image, and boot the machines one after the other."""
        directory = tempfile.TemporaryDirectory(dir='/var/tmp')
        cls.addClassCleanup(directory.cleanup)
        path = pathlib.Path(directory.name)
        image = building.build(_RECIPE, path)
        profile = _profile()
        cls.answers = {}
        disk = machine.Disk(image, path)
        cls.addClassCleanup(disk.detach)
        for name, compute_id in _HOSTS.items():
            cls.answers[name] = disk.boot(
                name, _user_data(profile, name, compute_id), _LIMIT
            )

    def test_cloud_init(self) -> None:
        """It takes all, and says only what a cloud would mend."""
        for name, found in self.answers.items():
            with self.subTest(name):
                self.assertIn('DataSourceConfigDrive', found['cloud-init'])
                self.assertRegex(
                    '\n'.join(found.set_up()),
                    'failed while starting nova-compute openstack-nova-compute'
                    '; nova-compute is enabled, and systemd goes on',
                )
                self.assertEqual(1, len(found.set_up()))
                # cloud-init's own words for hvctl-setup, which failed.
                self.assertEqual(
                    [],
                    [
                        said
                        for said in found.complaints()
                        if 'scripts-user' not in said
                    ],
                )

    def test_services_run(self) -> None:
        """What comes before nova-compute is up, and libvirt answers."""
        for name, found in self.answers.items():
            with self.subTest(name):
                self.assertEqual(['active'] * 3, found['active'].split())
                self.assertEqual(
                    ['neutron', 'active'], found[f'state-{_AGENT}'].split()
                )
                self.assertIn('Running hypervisor: QEMU', found['libvirt'])
                self.assertIn('active\n', found['switch'])
                self.assertIn(machine.INTERFACE, found['switch'])
                self.assertNotIn('error:', found['switch'])

    def test_nova_compute_waits_for_its_bus(self) -> None:
        """The packaged one, as nova, with the configuration of hvctl."""
        for name, found in self.answers.items():
            with self.subTest(name):
                self.assertEqual(['nova', 'activating'], found['nova'].split())
                self.assertEqual('enabled', found['enabled'].strip())
                self.assertIn(report.NO_BUS, found.file(report.LOG))

    def test_others_reach_it(self) -> None:
        """It listens for migrations; it has asked itself before."""
        for name, found in self.answers.items():
            with self.subTest(name):
                self.assertRegex(found['listening'], r':16514\s')
                self.assertRegex(found['listening'], r':22\s')

    def test_nothing_is_shared(self) -> None:
        """No identity of the one is the other's."""
        one, other = self.answers.values()
        for path in _IDENTITIES:
            with self.subTest(path):
                self.assertNotEqual('', one.file(path))
                self.assertNotEqual(one.file(path), other.file(path))
        self.assertNotEqual(_uuid(one), _uuid(other))

    def test_switch_and_libvirt_have_its_own_identity(self) -> None:
        """Open vSwitch has the compute node id."""
        for name, found in self.answers.items():
            with self.subTest(name):
                self.assertEqual(_HOSTS[name], found['system-id'].strip('"\n'))


def _uuid(found: report.Answers) -> str:
    """Return the one by which libvirt tells its host from others."""
    (uuid,) = re.findall('<uuid>(.*)</uuid>', found['uuid'])
    return str(uuid)
