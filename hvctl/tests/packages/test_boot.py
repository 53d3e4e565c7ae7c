# SPDX-License-Identifier: Apache-2.0
"""A machine of Debian's packages boots with the user-data of each kind."""

from __future__ import annotations

import dataclasses

from hvctl.model.machine_ports import MachinePorts
from hvctl.model.networking import Networking
from hvctl.model.profile import Family, Part, PartType, Profile
from hvctl.model.secret import Secret
from hvctl.tests.booting import container
from hvctl.tests.booting import report
from hvctl.tests.packages import card
from hvctl.tests.packages import root
from hvctl.tests.unit.userdata import base

#: The machine's only one, and nothing answers there.
_ADDRESS = '127.0.0.1'
#: Seconds; a machine with two cores of its own needs about a hundred.
_LIMIT = 1800
_NOVA = '/etc/nova/nova.conf'
_NEUTRON = '/etc/neutron/neutron.conf'
#: There is no preset in this image.
_NO_TLS = (
    'hvctl-setup: libvirtd-tls.socket is disabled, since libvirt does not '
    'start with it without /etc/pki/CA/cacert.pem'
)
#: What nova-compute needs, and is not there.
_NO_BUS = (
    'hvctl-setup: failed while starting nova-compute openstack-nova-compute; '
    'nova-compute is enabled, and systemd goes on trying: see '
    'journalctl --unit nova-compute and '
    '/var/log/nova/nova-compute.log'
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a kind comes to.

    :ivar services: user and files of each service but nova-compute
    :ivar running: what else runs
    """

    services: dict[str, tuple[str, tuple[str, ...]]] = dataclasses.field(
        default_factory=dict
    )
    running: tuple[str, ...] = ('libvirtd',)


_SWITCH = ('libvirtd', 'hvctl-network', 'openvswitch-switch')

OVS = Expected(
    services={
        'neutron-openvswitch-agent': (
            'neutron',
            (_NEUTRON, base.ML2 + 'openvswitch_agent.ini'),
        )
    },
    running=_SWITCH,
)
OVN = Expected(
    services={
        'neutron-ovn-agent': (
            'neutron',
            (_NEUTRON, base.ML2 + 'ovn_agent.ini'),
        )
    },
    running=(*_SWITCH, 'ovn-controller'),
)
ETHERNET = Expected(
    services={
        'neutron-sriov-agent': (
            'neutron',
            (_NEUTRON, base.ML2 + 'sriov_agent.ini'),
        )
    },
    running=('libvirtd', 'hvctl-network'),
)


class TestBoot(root.LayerCase):
    """The first boot, to where nova-compute looks for its message bus."""

    def profile(self, wiring: Networking, expected: Expected) -> Profile:
        """Return one whose machine has all that the kind needs."""
        services = (*expected.services, 'nova-compute')
        states = {
            'running': f'systemctl is-active {" ".join(expected.running)}',
            'switch': 'ovs-vsctl show',
        }
        return base.a_profile(
            networking=wiring,
            family=Family.DEBIAN,
            packages=dict.fromkeys(Family, ()),
            nova={
                'DEFAULT': {
                    'transport_url': (
                        Secret(f'rabbit://nova:word@{_ADDRESS}:5672/'),
                    )
                },
                # The machine has no /dev/kvm.
                'libvirt': {'virt_type': ('qemu',)},
            },
            user_data=(
                Part(
                    path='/look.yaml',
                    type=PartType.CLOUD_CONFIG,
                    text=report.part(services, states),
                ),
            ),
        )

    def boot(
        self, wiring: Networking, expected: Expected
    ) -> tuple[dict[str, str], report.Answers]:
        """Boot; return the files that were to be written, and answers."""
        profile = self.profile(wiring, expected)
        ports = MachinePorts(address=_ADDRESS, addresses=(_ADDRESS,))
        card.insert(self.write)
        container.boot(
            self.root,
            base.NAME,
            base.render(profile, ports=ports).text().encode(),
            interfaces=('ens2f0',),
            console=self.layer / 'console.log',
            limit=_LIMIT,
        )
        return base.files(profile, ports=ports), report.Answers(self.root)

    def check(self, wiring: Networking, expected: Expected) -> report.Answers:
        """Look whether all that can run does, with the options it is to."""
        written, found = self.boot(wiring, expected)
        self.assertEqual([_NO_TLS, _NO_BUS], found.set_up())
        # cloud-init's own words for hvctl-setup, which failed.
        self.assertEqual(
            [],
            [
                line
                for line in found.complaints()
                if 'scripts-user' not in line
            ],
        )
        self.assertEqual(
            ['active'] * len(expected.running), found['running'].split()
        )
        self.enter()
        self.check_nova(written, found)
        for service, (user, paths) in expected.services.items():
            with self.subTest(service=service):
                self.assertEqual(
                    [user, 'active'], found[f'state-{service}'].split()
                )
                for path in paths:
                    self.check_options(
                        'neutron', service, written[path], found
                    )
        return found

    def check_nova(
        self, written: dict[str, str], found: report.Answers
    ) -> None:
        """It looks for its message bus, as its own user."""
        self.assertEqual(['nova', 'activating'], found['nova'].split())
        self.assertIn(report.NO_BUS, found.file(report.LOG))
        self.check_options('nova', 'nova-compute', written[_NOVA], found)

    def check_options(
        self, project: str, service: str, text: str, found: report.Answers
    ) -> None:
        """It has each option that was written, by its command line."""
        _, *arguments = found.arguments(service)
        wanted, given = self.read(project, arguments, text)
        for section, options in wanted.items():
            for option, value in options.items():
                # Some are filled in from another option.
                if '$' not in value:
                    self.assertEqual(
                        value, given[section][option], f'[{section}] {option}'
                    )

    def test_none(self) -> None:
        """nova-compute has its message bus to look for."""
        self.check(base.KINDS['none'], Expected())

    def test_ovs(self) -> None:
        """So it has, and the agent of Open vSwitch runs."""
        found = self.check(base.OVS, OVS)

        self.assertIn('Bridge br-ex', found['switch'])
        self.assertIn('Interface ens2f0', found['switch'])

    def test_ovn(self) -> None:
        """So it has, and OVN looks for its database."""
        found = self.check(base.OVN, OVN)

        self.assertIn('Interface ens2f0', found['switch'])
        said = found.file('var/log/neutron/neutron-ovn-agent.log')
        self.assertIn("Loaded agent extensions: ['metadata']", said)
        self.assertIn(f'Loaded chassis name {base.COMPUTE_ID}', said)
        self.assertIn(
            'tcp:10.0.0.3:6642', found.file('var/log/ovn/ovn-controller.log')
        )

    def test_sriov(self) -> None:
        """So it has, and the agent of the card runs."""
        self.check(base.KINDS['ethernet'], ETHERNET)

    def test_infiniband(self) -> None:
        """Debian has no agent for it, which the set-up says."""
        expected = Expected(running=('libvirtd', 'hvctl-network'))

        _, found = self.boot(base.KINDS['infiniband'], expected)

        self.assertIn(
            'hvctl-setup: none of these is installed: eswitchd '
            'networking-mlnx-eswitchd',
            found.set_up(),
        )
        self.assertEqual(['active'] * 2, found['running'].split())
        self.assertEqual(['nova', 'inactive'], found['nova'].split())
        self.assertEqual('disabled', found['enabled'].strip())
