# SPDX-License-Identifier: Apache-2.0
"""Transports between real hypervisors that are not right.

Guests go on where they are, drain says what is wrong, and nothing is left of
what was tried.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import datetime
import os

from hvctl.certificates import ssh
from hvctl.certificates import tls
from hvctl.model.credentials import Holder, Issued, Validity
from hvctl.model.transport import LiveTls
from hvctl.profiles import files
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import services
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

_CA = '/etc/pki/CA/cacert.pem'
_CERTIFICATE = '/etc/pki/libvirt/clientcert.pem'
_KEY = '/etc/pki/libvirt/private/clientkey.pem'
_KNOWN_HOSTS = '/etc/ssh/ssh_known_hosts2'
_LIBVIRT_PORT = 16514
_SSH_PORT = 22
#: As Nova's API has it (nova/compute/power_state.py).
_RUNNING = 1


class TestFaults(base.RealTestCase):
    def test_refused_port(self) -> None:
        """A guest stays and runs on when libvirt is out of reach."""
        with self.stays() as guest:
            address = machines.address(self.target)
            with machines.unreachable(self.source, address, _LIBVIRT_PORT):
                self.stays_live(guest)

    def test_wrong_authority(self) -> None:
        """A guest stays and runs on when its host trusts another CA."""
        other = tls.trusted(tls.new_authority(_now()), 'the other')
        with (
            self.stays() as guest,
            machines.replaced(self.source, _CA, text=other),
        ):
            self.stays_live(guest)

    def test_expired_certificate(self) -> None:
        """A guest stays and runs on when its host's certificate has ended."""
        issued = self.expired()
        with (
            self.stays() as guest,
            machines.replaced(
                self.source, _CERTIFICATE, text=issued.certificate
            ),
            machines.replaced(
                self.source, _KEY, text=issued.private_key.reveal()
            ),
        ):
            self.stays_live(guest)

    def test_wrong_host_key(self) -> None:
        """A guest that is off stays when the other host is a stranger."""
        key = ssh.trusted(ssh.new_authority(), 'the other')
        with machines.replaced(
            self.source, _KNOWN_HOSTS, text=f'@cert-authority * {key}\n'
        ):
            self.stays_cold("does not know the other one's key of SSH")

    def test_ssh_refused(self) -> None:
        """A guest that is off stays when SSH is out of reach."""
        address = machines.address(self.target)
        with machines.unreachable(self.source, address, _SSH_PORT):
            self.stays_cold('a firewall is between')

    @contextlib.contextmanager
    def stays(self) -> Iterator[str]:
        """Have a guest that counts on, and is still sent away afterwards."""
        guest, counted = self.counting_guest()
        yield guest
        counted = self.goes_on(guest, counted)
        # It was the transport, and nothing that the try has left.
        guests.act(guest, 'os-resetState', state='active')
        services.enable(self.source)
        self.drained(self.source)
        self.goes_on(guest, counted)

    def stays_live(self, guest: str) -> None:
        """See a drain fail for its transport, with nothing left of it."""
        reason = self.stays_with(guest, 'live')
        self.assertIn('ended as error', reason)
        found = facts.server(guest)
        # Nova 34 calls a guest broken that goes on all the same.
        self.assertEqual('ERROR', found['status'])
        self.assertEqual(_RUNNING, found['OS-EXT-STS:power_state'])

    def stays_cold(self, *words: str) -> None:
        """See the same with a guest that is off, and what is wrong."""
        guest = self.real_guest()
        self.turn_off(guest)
        reason = self.stays_with(guest, 'cold')
        for word in (*words, 'No guest leaves'):
            self.assertIn(word, reason)
        self.assertEqual('SHUTOFF', facts.server(guest)['status'])

    def stays_with(self, guest: str, method: str) -> str:
        """Drain, and see that the guest is where it was.

        :returns: why
        """
        result = self.fail_with(
            self.drain(self.source, '--on-blocked', 'continue').result(
                base.PATIENCE
            )
        )
        row = self.moves(result)[guest]
        self.assertEqual(
            (method, 'failed'), (row['Method'], row['Result']), str(result)
        )
        self.assert_only_on(guest, self.source)
        return str(row['Reason'])

    def expired(self) -> Issued:
        """Issue a certificate to the source that has ended."""
        live = (
            files.load(os.environ['HVCTL_PROFILES_FILE'])
            .get('real')
            .migration.live
        )
        assert isinstance(live, LiveTls) and live.issue is not None
        now = _now()
        return tls.issue(
            live.issue,
            "the lab's",
            Holder(
                names=(self.source,),
                addresses=(machines.address(self.source),),
            ),
            Validity(
                now=now - datetime.timedelta(days=2),
                ends=now - datetime.timedelta(days=1),
            ),
        )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
