# SPDX-License-Identifier: Apache-2.0
"""Guests leave by the transports of other clouds, and come back."""

from __future__ import annotations

import datetime
import functools
import typing

from hvctl.certificates import ssh
from hvctl.certificates import tls
from hvctl.model.credentials import Holder, Validity
from hvctl.model.secret import Secret
from hvctl.tests.fixtures import authorities
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import services
from hvctl.tests.functional import shell
from hvctl.tests.functional_real import base
from hvctl.tests.functional_real import machines

#: See make().
_PROFILE = 'other'
#: As kolla-ansible has it: one key for all, and a port of its container.
_COLD = {
    'transport': 'ssh',
    'issue_user': None,
    'issue_host': None,
    'private_key': '<secret:nova-ssh>',
    'port': 8022,
    'accept_new_hosts': True,
}
_WRONG = '/root/wrong.conf'


class TestTransports(base.RealTestCase):
    def test_tcp(self) -> None:
        """By TCP with a password, and with one key of SSH for all."""
        self.make(
            {'transport': 'tcp', 'password': '<secret:libvirt-sasl>'}, {}
        )

        self.there_and_back()

        self.wrong_password(f'qemu+tcp://{machines.address(self.target)}')

    def test_tls(self) -> None:
        """By TLS with a password, by names, from an authority of a tree.

        The other host trusts the root alone, and has a certificate that
        comes from another branch.
        """
        now = datetime.datetime.now(datetime.UTC)
        make = functools.partial(
            authorities.make,
            begins=now - datetime.timedelta(days=1),
            ends=now + datetime.timedelta(days=9),
        )
        root = make('root')
        first = make('first', root)
        second = make('second', first)
        self.make(
            {
                'issue': '<secret:branch>',
                'ca': self.file('root.pem', root.public),
                'name': 'host',
                'password': '<secret:libvirt-sasl>',
            },
            {'branch': second.public + first.public + second.private},
        )
        self.introduce()
        self.replace_certificate(root, make('beside', root))

        self.there_and_back()

        self.wrong_password(f'qemu+tls://{self.target}')

    def test_ssh(self) -> None:
        """By SSH, running or not, with keys that each host was issued."""
        self.make({'transport': 'ssh'}, {}, cold={})

        self.there_and_back()

    def test_ssh_with_one_key(self) -> None:
        """By SSH, running or not, with one key for all and another port.

        Who connects for live migrations takes no host that it does not know.
        """
        self.make(
            {'transport': 'ssh'},
            {},
            cold={
                key: value
                for key, value in _COLD.items()
                if key not in ('issue_host', 'accept_new_hosts')
            },
        )

        self.there_and_back()

    def make(
        self,
        live: dict[str, typing.Any],
        secrets: dict[str, str],
        cold: dict[str, typing.Any] = _COLD,
    ) -> None:
        """Make two hosts with a transport, alone in the cloud."""
        names = [hypervisors.name(f'way-{end}') for end in 'ab']
        environment = self.profiles(
            other={
                'extends': 'real',
                'migration': {
                    'live': {'issue': None, **live},
                    'cold': cold,
                },
            }
        )
        shared = {
            'libvirt-sasl': 'a word',
            'nova-ssh': ssh.new_authority().reveal(),
        }
        self.add_secrets(environment, _PROFILE, {**shared, **secrets})
        hypervisors.make_room(len(names))
        self.addCleanup(hypervisors.delete, *names)
        made = shell.ephemeral(
            'create', *names, '--profile', _PROFILE, environment=environment
        )
        self.ends(made.result(base.PATIENCE), 0)
        self.alone(*names)
        self.source, self.target = names

    def introduce(self) -> None:
        """Tell each of the two the name of the other, as DNS would."""
        for host, other in (
            (self.source, self.target),
            (self.target, self.source),
        ):
            machines.shell(
                host,
                f'echo {machines.address(other)} {other} >>/etc/hosts',
            )

    def replace_certificate(
        self, root: authorities.Authority, issuer: authorities.Authority
    ) -> None:
        """Give the target another certificate, and other trust."""
        now = datetime.datetime.now(datetime.UTC)
        issued = tls.issue(
            Secret(issuer.public + issuer.private),
            'the authority',
            Holder(
                names=(self.target,),
                addresses=(machines.address(self.target),),
            ),
            Validity(now=now, ends=now + datetime.timedelta(days=1)),
        )
        key = issued.private_key.reveal()
        texts = {
            # libvirt looks whether its own issuer is among them.
            '/etc/pki/CA/cacert.pem': root.public + issuer.public,
            '/etc/pki/qemu/ca-cert.pem': root.public + issuer.public,
        }
        for end in ('server', 'client'):
            texts |= {
                f'/etc/pki/libvirt/{end}cert.pem': issued.certificate,
                f'/etc/pki/libvirt/private/{end}key.pem': key,
                f'/etc/pki/qemu/{end}-cert.pem': issued.certificate,
                f'/etc/pki/qemu/{end}-key.pem': key,
            }
        for path, text in texts.items():
            machines.run(self.target, 'tee', path, feed=text)
        machines.run(
            self.target, 'virt-admin', 'server-update-tls', 'libvirtd'
        )

    def there_and_back(self) -> None:
        """Drain the one and then the other, of a guest by each method."""
        guest, counted = self.counting_guest()
        off = self.real_guest()
        self.turn_off(off)
        hosts = (self.source, self.target)
        for source, target in (hosts, hosts[::-1]):
            rows = self.drained(source, '--confirm-resizes')

            self.assertEqual(
                {guest: 'live', off: 'cold'},
                {each: row['Method'] for each, row in rows.items()},
            )
            counted = self.goes_on(guest, counted)
            for each in (guest, off):
                self.assert_only_on(each, target)
            services.enable(source)

    def wrong_password(self, uri: str) -> None:
        """See libvirt of the target refuse who does not know the word."""
        right = '/etc/libvirt/auth.conf'
        text = machines.read(self.source, right)
        machines.run(
            self.source, 'tee', _WRONG, feed=text.replace('a word', 'another')
        )
        for file, expected in ((right, 0), (_WRONG, 1)):
            done = machines.attempt(
                self.source,
                *('env', f'LIBVIRT_AUTH_FILE={file}'),
                *('virsh', '-c', f'{uri}/system', 'version'),
            )
            self.assertEqual(expected, done.returncode, done)
        self.assertIn('authentication failed', done.stderr)
