# SPDX-License-Identifier: Apache-2.0
"""What a real hypervisor is, once its user-data has been run."""

from __future__ import annotations

from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import shell
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

#: What tells a host from another, in words of the shell.
_IDENTITIES = {
    'machine id': 'cat /etc/machine-id',
    'compute node': 'cat /etc/nova/compute_id',
    'SSH daemon': 'cat /etc/ssh/ssh_host_*_key.pub',
    'iSCSI initiator': (
        'sed -n s/^InitiatorName=//p /etc/iscsi/initiatorname.iscsi'
    ),
    'libvirt': 'virsh capabilities | grep -m 1 "<uuid>"',
    'Open vSwitch': 'ovs-vsctl get Open_vSwitch . external_ids:system-id',
    'key of TLS': 'cat /etc/pki/libvirt/private/serverkey.pem',
    'key of SSH': 'cat /var/lib/nova/.ssh/hvctl',
}
#: When the host was set up.
_SETUP = 'stat --format=%Y /etc/nova/nova.conf'
#: All files that hvctl has written: whose they are, and what is in them.
_WRITTEN = """
sed -n 's/^file .* //p' /etc/hvctl/setup | while read -r file; do
    [ ! -e "$file" ] || {
        stat --format='%n %a %U %G' "$file"
        cksum <"$file"
    }
done
"""
#: Those of Nova's configuration: see lab/hvctl_lab/metal/variants.py.
_PACKAGES = '/usr/local/share/packages/*.deb'
#: What the lab has in the place of that of the packages.
_PROGRAMS = ('/usr/bin/nova-rootwrap', '/usr/bin/nova-rootwrap-daemon')


class TestHosts(base.RealTestCase):
    def test_identities(self) -> None:
        """Two hosts of one image have nothing in common that tells them."""
        for what, script in _IDENTITIES.items():
            with self.subTest(identity=what):
                found = [
                    machines.shell(host, script)
                    for host in (self.source, self.target)
                ]
                self.assertTrue(all(found), found)
                self.assertNotEqual(*found)

    def test_packages_again(self) -> None:
        """Nova's packages leave what hvctl wrote when they come once more."""
        before = machines.shell(self.source, _WRITTEN)
        self.assertIn('/etc/nova/nova.conf 640 root nova', before)

        with machines.kept(self.source, *_PROGRAMS):
            machines.shell(
                self.source,
                f'export DEBIAN_FRONTEND=noninteractive; '
                f'dpkg --install {_PACKAGES}',
            )

        self.assertEqual(before, machines.shell(self.source, _WRITTEN))
        machines.run(self.source, 'systemctl', 'restart', 'nova-compute')
        self.assertEqual('nova', machines.user(self.source, 'nova-compute'))

    def test_reboot(self) -> None:
        """A host that was rebooted is as it was, and its guests leave it."""
        guest, counted = self.counting_guest()
        (machine,) = facts.ours(self.source)['servers']
        setup = machines.shell(self.source, _SETUP)
        before = machines.first(self.source)

        guests.act(machine, 'reboot', type='HARD')
        guests.wait(machine, 'ACTIVE', timeout=base.PATIENCE)
        facts.wait(
            lambda: self.is_back(before), f'{self.source}', base.PATIENCE
        )

        self.assertEqual(setup, machines.shell(self.source, _SETUP))
        shown = self.succeed(shell.ephemeral('show', self.source)).json()
        self.assertEqual('enabled', shown['phase'])
        guests.wait(guest, 'SHUTOFF', timeout=base.PATIENCE)
        guests.act(guest, 'os-start')
        guests.wait(guest, 'ACTIVE', timeout=base.PATIENCE)
        again = self.counts(guest)
        self.assertNotEqual(counted.boot, again.boot)
        self.drained(self.source)
        self.goes_on(guest, again)

    def is_back(self, before: int | None) -> bool:
        """Whether the source is up again since its first process was this."""
        now = machines.first(self.source)
        return now not in (None, before) and base.is_up(self.source)
