# SPDX-License-Identifier: Apache-2.0
"""The programs of Debian's packages read what the user-data writes."""

from __future__ import annotations

import pathlib
import typing

from hvctl.model.profile import Family
from hvctl.model.secret import Secret
from hvctl.model.transport import ColdSsh, Transport
from hvctl.tests.packages import root
from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata import cloud_init
from hvctl.tests.unit.userdata import every
from hvctl.tests.unit.userdata.migration import reaching

#: The services of each kind, and whose options they are.
SERVICES = {
    'none': {'nova-compute': ('nova', '/etc/nova/nova.conf')},
    'ovs': {
        'neutron-openvswitch-agent': (
            'neutron',
            base.ML2 + 'openvswitch_agent.ini',
        )
    },
    'ovn': {
        'neutron-ovn-agent': ('neutron', base.ML2 + 'ovn_agent.ini'),
    },
    'ethernet': {
        'neutron-sriov-agent': ('neutron', base.ML2 + 'sriov_agent.ini'),
    },
}


class TestDebian(root.TestCase):
    """What is written for it."""

    def place(self, profile: typing.Any) -> dict[str, str]:
        """Put the files of a profile where the set-up does."""
        written = base.files(profile)
        for path, text in written.items():
            self.write(path, text, 0o755 if '/sbin/' in path else 0o644)
        return written

    def read_by(self, service, project, text):
        """Give the options of a file as the packaged service gets them."""
        arguments = self.call(f'/etc/init.d/{service}', 'show-args').split()
        return self.read(project, arguments, text)

    def test_options(self) -> None:
        """Each service gets each option, by its package's command line."""
        for kind, services in SERVICES.items():
            profile = base.a_profile(
                networking=base.KINDS[kind], family=Family.DEBIAN
            )
            written = self.place(profile)
            for service, (project, path) in services.items():
                with self.subTest(kind=kind, service=service):
                    wanted, found = self.read_by(
                        service, project, written[path]
                    )

                    for section, options in wanted.items():
                        for option, value in options.items():
                            if '$' in value:
                                # Filled in from another option.
                                continue
                            self.assertEqual(
                                value,
                                found[section][option],
                                f'[{section}] {option}',
                            )

    def test_common_options(self) -> None:
        """Each agent gets those of neutron.conf, too."""
        for kind in ('ovs', 'ovn', 'ethernet'):
            written = self.place(
                base.a_profile(
                    networking=base.KINDS[kind], family=Family.DEBIAN
                )
            )
            text = written['/etc/neutron/neutron.conf']
            for service in SERVICES[kind]:
                with self.subTest(kind=kind):
                    wanted, found = self.read_by(service, 'neutron', text)

                    self.assertEqual(wanted, found)

    def test_units(self) -> None:
        """systemd knows all that is in the units and drop-ins."""
        for kind, services in SERVICES.items():
            self.place(base.a_profile(networking=base.KINDS[kind]))
            with self.subTest(kind=kind):
                units = [f'{name}.service' for name in services]
                if kind != 'none':
                    units.append('hvctl-network.service')

                said = self.call(
                    'systemd-analyze', 'verify', '--man=no', *units
                )

                self.assertNotIn('hvctl', said)

    def test_schema(self) -> None:
        """Its cloud-init knows all of each part, and of what it makes."""
        inside = ('chroot', str(self.root))
        documents = every.documents()
        parts = [part.text for one in documents for part in one.parts]
        merged = cloud_init.merged(
            [one.text() for one in documents], pathlib.Path('/tmp'), inside
        )

        self.assertEqual([], cloud_init.complaints(parts, inside))
        self.assertEqual([], cloud_init.complaints(merged, inside))

    def test_transport(self) -> None:
        """sshd takes what lets in other hosts."""
        self.place(
            base.a_profile(
                migration=Transport(
                    cold=ColdSsh(
                        port=8022,
                        private_key=Secret('a key'),
                        authorized_keys=reaching.a_file('ssh-ed25519 AAAA'),
                    )
                )
            )
        )
        self.write('/run/sshd/x', '')

        self.call('ssh-keygen', '-A')
        said = self.call(
            '/usr/sbin/sshd', '-T', '-C', 'user=nova,addr=10.0.0.9'
        )

        self.assertIn('port 8022\n', said)
        self.assertIn('passwordauthentication no\n', said)
        self.assertIn('/etc/ssh/hvctl_authorized_keys', said)

    def test_switch(self) -> None:
        """Its Open vSwitch listens where os-vif and the agent look."""
        self.write('/etc/hvctl/switch', 'manager ptcp:6640:127.0.0.1\n')
        self.place(base.a_profile(networking=base.OVN))
        script = """
set -e
database=/etc/openvswitch/conf.db
rm -f $database
ovsdb-tool create $database /usr/share/openvswitch/vswitch.ovsschema
mkdir -p /run/openvswitch
unshare --net sh -c '
ip link set lo up
ovsdb-server $0 --remote=punix:/run/openvswitch/db.sock \
    --remote=db:Open_vSwitch,Open_vSwitch,manager_options \
    --pidfile=/run/openvswitch/ovsdb-server.pid --detach --no-chdir
trap "kill $(cat /run/openvswitch/ovsdb-server.pid)" EXIT
ovs-vsctl --no-wait init
for time in once twice; do
    sed "s/ovs-vsctl/ovs-vsctl --no-wait/; s/^table=.*/table=\\/manager/" \
        /usr/local/sbin/hvctl-switch >/switch
    echo manager ptcp:6640:127.0.0.1 >/manager
    sh /switch
done
ovs-vsctl --no-wait get-manager
runuser -u nova -- ovsdb-client list-dbs tcp:127.0.0.1:6640
! runuser -u nova -- ovsdb-client list-dbs unix:/run/openvswitch/db.sock
' $database
"""
        said = self.call('sh', '-c', script)

        self.assertEqual(1, said.count('ptcp:6640:127.0.0.1'), said)
        self.assertIn('Open_vSwitch', said)
