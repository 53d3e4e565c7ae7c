# SPDX-License-Identifier: Apache-2.0
"""Who gets into a real hypervisor, and who does not."""

from __future__ import annotations

import datetime
import os

from hvctl.certificates import tls
from hvctl.model.credentials import Holder, Validity
from hvctl.model.secret import Secret
from hvctl.model.transport import LiveTls
from hvctl.profiles import files
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

#: libvirt says a byte once it has seen a certificate that it takes, and ends
#: the connection otherwise.  Its own client would not even try some of them.
_KNOCK = """
import socket
import ssl
import sys

address, path = sys.argv[1:]
context = ssl.create_default_context(cafile='/etc/pki/CA/cacert.pem')
if path:
    context.load_cert_chain(path)
try:
    raw = socket.create_connection((address, 16514), 20)
    with context.wrap_socket(raw, server_hostname=address) as libvirt:
        print('taken' if libvirt.recv(1) == bytes([1]) else 'refused')
except OSError:
    print('refused')
"""
_PEM = '/root/knocks.pem'
_KEY = '/var/lib/nova/.ssh/hvctl'
_STOLEN = '/root/stolen'
_REFUSED = 'Permission denied'


class TestEntry(base.RealTestCase):
    def test_certificates(self) -> None:
        """libvirt wants one of its authority that has not ended."""
        live = (
            files.load(os.environ['HVCTL_PROFILES_FILE'])
            .get('real')
            .migration.live
        )
        assert isinstance(live, LiveTls) and live.issue is not None
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        good = Validity(now=now, ends=now + day)
        ended = Validity(now=now - 2 * day, ends=now - day)
        other = tls.new_authority(now)

        self.assertEqual('refused', self.knock(''))
        for what, authority, validity, expected in (
            ('good', live.issue, good, 'taken'),
            ('ended', live.issue, ended, 'refused'),
            ("another authority's", other, good, 'refused'),
        ):
            with self.subTest(certificate=what):
                self.assertEqual(
                    expected, self.knock(self.certificate(authority, validity))
                )

    def certificate(self, authority: Secret, validity: Validity) -> str:
        """Issue a certificate to the source, and put it there.

        :returns: the file that has it, with its key
        """
        issued = tls.issue(
            authority,
            'the authority',
            Holder(
                names=(self.source,),
                addresses=(machines.address(self.source),),
            ),
            validity,
        )
        machines.run(
            self.source,
            *('tee', _PEM),
            feed=issued.certificate + issued.private_key.reveal(),
        )
        return _PEM

    def knock(self, path: str) -> str:
        """Ask libvirt of the target whether it takes a certificate."""
        return machines.run(
            self.source,
            *('python3', '-', machines.address(self.target), path),
            feed=_KNOCK,
        ).strip()

    def test_ssh(self) -> None:
        """SSH wants the user of Nova, a certificate, and its own address."""
        there = machines.address(self.target)
        here = machines.address(self.source)
        as_nova = ('runuser', '-u', 'nova', '--', 'ssh')

        self.assertEqual(
            'nova', self.enter(self.source, *as_nova, there, 'id', '-un')
        )
        for user in ('root', 'neutron'):
            with self.subTest(user=user):
                self.assertIn(
                    _REFUSED,
                    self.enter(
                        self.source, *as_nova, '-l', user, there, 'true'
                    ),
                )
        for file in (_KEY, f'{_KEY}-cert.pub'):
            stolen = machines.read(self.source, file)
            path = file.replace(_KEY, _STOLEN)
            with self.subTest('stolen', file=file):
                self.put_private(self.target, path, stolen)
                self.assertIn(
                    _REFUSED,
                    self.enter(
                        self.target,
                        *('ssh', '-i', _STOLEN, '-o', 'IdentitiesOnly=yes'),
                        *('-l', 'nova', here, 'true'),
                    ),
                )

    def put_private(self, host: str, path: str, text: str) -> None:
        """Write a file that nobody else may read, as ssh insists."""
        machines.run(host, 'install', '-m', '600', '/dev/null', path)
        machines.run(host, 'tee', path, feed=text)
        self.addCleanup(machines.run, host, 'rm', path)

    @staticmethod
    def enter(host: str, *command: str) -> str:
        """Call ssh, without questions, and give what it says."""
        at = command.index('ssh') + 1
        done = machines.attempt(
            host, *command[:at], '-o', 'BatchMode=yes', *command[at:]
        )
        return (done.stdout + done.stderr).strip()
