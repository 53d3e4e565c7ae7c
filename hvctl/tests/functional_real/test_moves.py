# SPDX-License-Identifier: Apache-2.0
"""Guests that run leave a real hypervisor, and come back."""

from __future__ import annotations

from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import services
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

_CONFIGURATION = '/etc/nova/nova.conf'
_PROGRAMS = '/usr/local/sbin'
#: Nova mounts such a drive to fill it, for which a kernel may have neither
#: the file system nor a device: what is put there is copied into it instead.
_MOUNT = r"""#!/bin/sh
case $* in
*loop,*) ;;
*) exec /bin/mount "$@" ;;
esac
while [ $# -gt 2 ]; do shift; done
echo "$1" >"/run/drive-${2##*/}"
"""
_UNMOUNT = r"""#!/bin/sh
kept=/run/drive-${1##*/}
[ -e "$kept" ] || exec /bin/umount "$@"
mcopy -s -i "$(cat "$kept")" "$1"/* ::
rm -r "$kept" "$1"/*
"""


class TestMoves(base.RealTestCase):
    def test_live_there_and_back(self) -> None:
        """A guest with a disk of its own counts on through two moves."""
        guest, counted = self.counting_guest()

        there = self.drained(self.source)
        counted = self.goes_on(guest, counted)
        self.assertEqual('live', there[guest]['Method'])
        self.assert_only_on(guest, self.target)
        self.assert_empty()
        services.enable(self.source)
        self.addCleanup(services.enable, self.target)
        back = self.drained(self.target)

        self.goes_on(guest, counted)
        self.assertEqual('live', back[guest]['Method'])
        self.assert_only_on(guest, self.source)

    def test_paused(self) -> None:
        """A guest that is paused moves so, and counts on when it is let."""
        guest, counted = self.counting_guest()
        guests.act(guest, 'pause')
        guests.wait(guest, 'PAUSED')

        rows = self.drained(self.source)

        self.assertEqual('live', rows[guest]['Method'])
        self.assertEqual('PAUSED', facts.server(guest)['status'])
        self.assert_only_on(guest, self.target)
        guests.act(guest, 'unpause')
        guests.wait(guest, 'ACTIVE')
        self.goes_on(guest, counted)

    def test_config_drive(self) -> None:
        """A config drive is empty after a live move, as the plan says."""
        guest, counted = self.counting_guest(config_drive=True)
        drive = f'/var/lib/nova/instances/{guest}/disk.config'
        self.assertTrue(_has_content(self.source, drive))
        planned = self.moves(
            self.succeed(self.drain(self.source, '--dry-run'))
        )
        self.assertIn('config drive', planned[guest]['Reason'])

        self.drained(self.source)

        self.goes_on(guest, counted)
        self.assertFalse(_has_content(self.target, drive))

    def test_config_drive_of_vfat(self) -> None:
        """It goes with its guest, as the pages say."""
        for program, text in (('mount', _MOUNT), ('umount', _UNMOUNT)):
            path = f'{_PROGRAMS}/{program}'
            machines.run(self.source, 'tee', path, feed=text)
            machines.run(self.source, 'chmod', '755', path)
            self.addCleanup(machines.run, self.source, 'rm', path)
        written = machines.read(self.source, _CONFIGURATION)
        text = written.replace(
            '[DEFAULT]\n', '[DEFAULT]\nconfig_drive_format = vfat\n', 1
        )
        self.addCleanup(self.restart_nova)
        with machines.replaced(self.source, _CONFIGURATION, text=text):
            self.restart_nova()
            guest, counted = self.counting_guest(config_drive=True)
        drive = f'/var/lib/nova/instances/{guest}/disk.config'
        listed = machines.run(self.source, 'mdir', '-b', '-i', drive, '::')
        self.assertIn('openstack', listed)
        digest = machines.run(self.source, 'sha256sum', drive)

        self.drained(self.source)

        self.goes_on(guest, counted)
        self.assertEqual(digest, machines.run(self.target, 'sha256sum', drive))

    def restart_nova(self) -> None:
        """Have nova-compute of the source read its file again."""
        machines.run(self.source, 'systemctl', 'restart', 'nova-compute')

    def test_many(self) -> None:
        """Several leave at once, and none of them notices."""
        ids = [self.real_guest() for _ in range(base.MANY)]
        running, paused = ids[::2], ids[1::2]
        counted = {guest: self.counts(guest) for guest in running}
        for guest in paused:
            guests.act(guest, 'pause')
            guests.wait(guest, 'PAUSED')

        self.drained(self.source)

        for guest, before in counted.items():
            self.goes_on(guest, before)
        for guest in ids:
            self.assert_only_on(guest, self.target)
        self.assert_empty()

    def test_cold(self) -> None:
        """A guest that is off moves so; it counts anew where it starts."""
        guest, counted = self.counting_guest()
        self.turn_off(guest)

        rows = self.drained(self.source, '--confirm-resizes')

        self.assertEqual('cold', rows[guest]['Method'])
        self.assertEqual('SHUTOFF', facts.server(guest)['status'])
        (record,) = facts.migrations(guest)
        self.assertEqual('confirmed', record['status'])
        self.assert_only_on(guest, self.target)
        self.assert_empty()
        guests.act(guest, 'os-start')
        guests.wait(guest, 'ACTIVE', timeout=base.PATIENCE)
        self.assertNotEqual(counted.boot, self.counts(guest).boot)


def _has_content(host: str, path: str) -> bool:
    """Whether a file of a host has anything but zeros in it."""
    return bool(machines.shell(host, f"tr -d '\\0' <{path} | head -c 1"))
