# SPDX-License-Identifier: Apache-2.0
"""The files of a host, and the order of its set-up."""

from __future__ import annotations

import unittest

from hvctl import exceptions
from hvctl.model.profile import Family, Subnetwork
from hvctl.tests.unit.userdata import base

#: What every host has.
EVERY = {
    '/etc/nova/compute_id',
    '/etc/nova/nova.conf',
    '/etc/nova/nova-compute.conf',
    '/etc/nova/provider_config/hvctl.yaml',
    '/etc/hvctl/setup',
    '/usr/local/sbin/hvctl-setup',
    '/etc/systemd/system/nova-compute.service.d/hvctl.conf',
    '/etc/systemd/system/openstack-nova-compute.service.d/hvctl.conf',
}
NEUTRON = {'/etc/neutron/neutron.conf'}
UNIT = '/etc/systemd/system/hvctl-network.service'
SWITCH = {UNIT, '/etc/hvctl/switch', '/usr/local/sbin/hvctl-switch'}
FUNCTIONS = {
    UNIT,
    '/etc/hvctl/virtual-functions',
    '/usr/local/sbin/hvctl-virtual-functions',
    '/etc/udev/rules.d/70-hvctl.rules',
    '/etc/systemd/network/05-hvctl.network',
}
ML2 = '/etc/neutron/plugins/ml2/'
INFINIBAND = {
    '/etc/neutron/plugins/mlnx/mlnx_conf.ini',
    '/etc/eswitchd/eswitchd.conf',
}
FILES = {
    'none': set(),
    'ovs': NEUTRON
    | SWITCH
    | {ML2 + 'openvswitch_agent.ini', '/etc/openvswitch/system-id.conf'},
    'ovn': NEUTRON
    | SWITCH
    | {
        ML2 + 'ovn_agent.ini',
        '/etc/neutron/neutron_ovn_metadata_agent.ini',
        '/etc/openvswitch/system-id.conf',
    },
    'ethernet': NEUTRON | FUNCTIONS | {ML2 + 'sriov_agent.ini'},
    'infiniband': NEUTRON | FUNCTIONS | INFINIBAND,
    'both': NEUTRON | FUNCTIONS | INFINIBAND | {ML2 + 'sriov_agent.ini'},
}
LIBVIRT = 'start libvirtd.service virtqemud.socket'
#: The services, in their order.
SERVICES = {
    'none': [],
    'ovs': [
        'start openvswitch-switch openvswitch',
        'start hvctl-network.service',
        'restart neutron-openvswitch-agent',
    ],
    'ovn': [
        'start openvswitch-switch openvswitch',
        'start hvctl-network.service',
        'restart ovn-host ovn-controller',
        'restart neutron-ovn-agent neutron-ovn-metadata-agent',
    ],
    'ethernet': [
        'start hvctl-network.service',
        'restart neutron-sriov-agent neutron-sriov-nic-agent',
    ],
    'infiniband': [
        'start hvctl-network.service',
        'restart eswitchd networking-mlnx-eswitchd',
        'restart neutron-mlnx-agent',
    ],
    'both': [
        'start hvctl-network.service',
        'restart neutron-sriov-agent neutron-sriov-nic-agent',
        'restart eswitchd networking-mlnx-eswitchd',
        'restart neutron-mlnx-agent',
    ],
}


def services(profile):
    return [
        line
        for line in base.plan(profile)
        if line.split()[0] in ('start', 'restart')
    ]


class TestFiles(unittest.TestCase):
    """Which files, whose, and who may read them."""

    def test_exactly_these(self) -> None:
        """Each kind has its own files and no others."""
        for kind, wiring in base.KINDS.items():
            with self.subTest(kind=kind):
                written = base.files(base.a_profile(networking=wiring))

                self.assertEqual(EVERY | FILES[kind], set(written))

    def test_modes(self) -> None:
        """What may hold secrets is root's alone until it is in place."""
        for kind, wiring in base.KINDS.items():
            for entry in base.config(base.a_profile(networking=wiring))[
                'write_files'
            ]:
                with self.subTest(kind=kind, path=entry['path']):
                    path = entry['path']
                    if path.startswith('/var/lib/hvctl/files/'):
                        expected = '0600'
                    elif path.startswith('/usr/local/sbin/'):
                        expected = '0755'
                    else:
                        expected = '0644'
                    self.assertEqual(expected, entry['permissions'])
                    self.assertEqual('root:root', entry['owner'])

    def test_places(self) -> None:
        """Then it is the service's, by its group, and nobody else's."""
        lines = base.plan(base.a_profile(networking=base.OVN))

        self.assertEqual(
            [
                'file 0640 root nova /etc/nova/compute_id',
                'file 0640 root nova /etc/nova/nova.conf',
                'file 0640 root nova /etc/nova/nova-compute.conf',
                'file 0640 root nova /etc/nova/provider_config/hvctl.yaml',
                'file 0640 root neutron /etc/neutron/neutron.conf',
                'file 0640 root neutron '
                '/etc/neutron/plugins/ml2/ovn_agent.ini',
                'file 0640 root neutron '
                '/etc/neutron/neutron_ovn_metadata_agent.ini',
                'file 0644 root root /etc/openvswitch/system-id.conf',
            ],
            [line for line in lines if line.startswith('file ')],
        )

    def test_secrets_only_where_they_are_staged(self) -> None:
        """No script, table or unit has one, so no command line can."""
        for kind, wiring in base.KINDS.items():
            for entry in base.config(base.a_profile(networking=wiring))[
                'write_files'
            ]:
                if entry['permissions'] == '0600':
                    continue
                with self.subTest(kind=kind, path=entry['path']):
                    for word in ('battery', 'proxy-word', 'rabbit'):
                        self.assertNotIn(word, entry['content'])


class TestPlan(unittest.TestCase):
    """The lines that the set-up goes by."""

    def test_services(self) -> None:
        """In their order, nova-compute last."""
        for kind, wiring in base.KINDS.items():
            with self.subTest(kind=kind):
                lines = services(base.a_profile(networking=wiring))

                self.assertEqual(
                    'restart nova-compute openstack-nova-compute',
                    lines.pop(),
                )
                lines.remove(LIBVIRT)
                self.assertEqual(SERVICES[kind], lines)

    def test_without_libvirt(self) -> None:
        """Another driver needs no libvirt, nor its packages."""
        profile = base.a_profile(
            nova={'DEFAULT': {'compute_driver': ('fake.FakeDriver',)}}
        )

        self.assertNotIn(LIBVIRT, services(profile))
        self.assertNotIn('nova-compute-kvm', ' '.join(base.plan(profile)))

    def test_limits_of_libvirt(self) -> None:
        """It serves as many migrations at once as Nova begins."""
        for own, requests, workers in (
            (None, 20, 50),
            ('12', 34, 64),
            ('0', 210, 240),
            ('many', 20, 50),
        ):
            options = {}
            if own is not None:
                options['max_concurrent_live_migrations'] = (own,)
            lines = base.plan(base.a_profile(nova={'DEFAULT': options}))
            with self.subTest(own=own):
                for daemon in ('libvirtd', 'virtqemud'):
                    path = f'/etc/libvirt/{daemon}.conf'
                    for line in (
                        f'at-least {path} max_client_requests {requests}',
                        f'at-least {path} max_workers {workers}',
                    ):
                        self.assertLess(
                            lines.index(line), lines.index(LIBVIRT)
                        )

    def test_old_identity_goes_first(self) -> None:
        """An image may have another host's."""
        lines = base.plan(base.a_profile())

        self.assertLess(
            lines.index('remove /var/lib/nova/compute_id'),
            next(i for i, x in enumerate(lines) if x.startswith('file ')),
        )

    def test_old_identity_elsewhere(self) -> None:
        """Nova looks for it where the profile has it keep its state."""
        for path in ('/srv/nova', '/srv/nova/'):
            profile = base.a_profile(nova={'DEFAULT': {'state_path': (path,)}})

            self.assertIn('remove /srv/nova/compute_id', base.plan(profile))

    def test_name(self) -> None:
        """The machine knows its own, to see that of another."""
        self.assertIn('name hv1', base.plan(base.a_profile()))

    def test_packages_of_both(self) -> None:
        """The machine looks which family it is."""
        lines = base.plan(base.a_profile(networking=base.OVS))

        self.assertEqual(
            [
                'packages debian rhel',
                'package-debian nova-compute nova-compute-kvm '
                'neutron-openvswitch-agent openvswitch-switch',
                'package-rhel openstack-nova-compute openstack-selinux '
                'openstack-neutron-openvswitch',
            ],
            lines[:3],
        )

    def test_packages_of_one(self) -> None:
        """Or the profile knows."""
        lines = base.plan(
            base.a_profile(
                family=Family.RHEL,
                packages={Family.RHEL: ('one', 'two')},
            )
        )

        self.assertEqual(['packages rhel', 'package-rhel one two'], lines[:2])

    def test_packages_of_one_in_the_image(self) -> None:
        """Only the other family installs some."""
        lines = base.plan(base.a_profile(packages={Family.DEBIAN: ()}))

        self.assertEqual(
            [
                'packages debian rhel',
                'package-rhel openstack-nova-compute openstack-selinux',
            ],
            lines[:2],
        )

    def test_packages_in_the_image(self) -> None:
        """Then the plan has none, whatever the family."""
        lines = base.plan(base.a_profile(packages=dict.fromkeys(Family, ())))

        self.assertFalse([x for x in lines if x.startswith('package')])

    def test_words(self) -> None:
        """What would be several words for the host is refused."""
        for package in ('two words', '', 'line\nbreak', 'tab\t'):
            profile = base.a_profile(packages={Family.DEBIAN: (package,)})
            with self.subTest(package=package):
                with self.assertRaises(exceptions.InvalidRequest):
                    base.render(profile)


class TestUnit(unittest.TestCase):
    """What runs the scripts at every boot."""

    def test_order(self) -> None:
        """After the switch, before the agent and nova-compute."""
        text = base.files(base.a_profile(networking=base.OVS))[UNIT]

        unit = base.options('\n'.join(text.splitlines()))
        self.assertEqual(
            'network-online.target openvswitch-switch.service '
            'openvswitch.service',
            unit['Unit']['after'],
        )
        self.assertEqual(
            'neutron-openvswitch-agent.service nova-compute.service '
            'openstack-nova-compute.service',
            unit['Unit']['before'],
        )
        self.assertEqual(
            'nova-compute.service openstack-nova-compute.service',
            unit['Install']['requiredby'],
        )
        self.assertEqual('oneshot', unit['Service']['type'])

    def test_nova_compute_is_last(self) -> None:
        """At later boots, too, whatever its unit is called."""
        fake = {'DEFAULT': {'compute_driver': ('fake.FakeDriver',)}}
        libvirt = 'libvirtd.service virtqemud.socket'
        for wiring, nova, after in (
            (base.OVS, {}, f'neutron-openvswitch-agent.service {libvirt}'),
            (base.OVS, fake, 'neutron-openvswitch-agent.service'),
            (base.KINDS['none'], {}, libvirt),
            (base.KINDS['none'], fake, None),
        ):
            files = base.files(base.a_profile(networking=wiring, nova=nova))
            for unit in ('nova-compute', 'openstack-nova-compute'):
                with self.subTest(wiring=wiring, nova=nova, unit=unit):
                    self.assertEqual(
                        after and f'[Unit]\nAfter={after}\n',
                        files.get(
                            f'/etc/systemd/system/{unit}.service.d/hvctl.conf'
                        ),
                    )

    def test_vlans_come_first(self) -> None:
        """Tunnels may end on them."""
        profile = base.a_profile(
            networking=base.OVS,
            subnetworks=(Subnetwork(network='storage'),),
        )

        lines = base.files(profile)[UNIT].splitlines()

        self.assertEqual(
            [
                'ExecStart=/usr/local/sbin/hvctl-vlans',
                'ExecStart=/usr/local/sbin/hvctl-switch',
            ],
            [line for line in lines if line.startswith('ExecStart=')],
        )


class TestIdentity(unittest.TestCase):
    """One name everywhere."""

    def test_name(self) -> None:
        """Nova, Neutron and the switch have the same."""
        for kind, wiring in base.KINDS.items():
            with self.subTest(kind=kind):
                files = base.files(
                    base.a_profile(networking=wiring, domain='example.org')
                )

                nova = base.options(files['/etc/nova/nova.conf'])
                self.assertEqual('hv1', nova['DEFAULT']['host'])
                if set(files) >= NEUTRON:
                    neutron = base.options(files['/etc/neutron/neutron.conf'])
                    self.assertEqual('hv1', neutron['DEFAULT']['host'])
                if '/etc/hvctl/switch' in files:
                    self.assertIn(
                        'external-id hostname hv1\n',
                        files['/etc/hvctl/switch'],
                    )

    def test_compute_id(self) -> None:
        """The one that was chosen."""
        files = base.files(base.a_profile())

        self.assertEqual(f'{base.COMPUTE_ID}\n', files['/etc/nova/compute_id'])

    def test_host_name(self) -> None:
        """Short and qualified form agree, so it cannot flip."""
        for domain, fqdn in (
            (None, 'hv1'),
            ('example.org', 'hv1.example.org'),
        ):
            with self.subTest(domain=domain):
                config = base.config(base.a_profile(domain=domain))

                for other in ('write_files', 'bootcmd', 'ssh_deletekeys'):
                    config.pop(other)
                self.assertEqual(
                    {
                        'hostname': 'hv1',
                        'fqdn': fqdn,
                        'prefer_fqdn_over_hostname': True,
                        'preserve_hostname': False,
                        'manage_etc_hosts': 'localhost',
                    },
                    config,
                )
