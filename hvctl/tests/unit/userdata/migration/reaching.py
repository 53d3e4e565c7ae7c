# SPDX-License-Identifier: Apache-2.0
"""A host that others reach, and what was issued to it."""

from __future__ import annotations

import datetime
import typing
import unittest

from hvctl.model.credentials import Credentials, Issued
from hvctl.model.secret import Secret
from hvctl.model.transport import ColdSsh, LiveTls, TextFile, Transport
from hvctl.tests.unit.userdata import base
from hvctl.userdata import host

WORD = 'Hunter2'
ENDS = datetime.datetime(2026, 12, 4, tzinfo=datetime.UTC)
NOVA = '/etc/nova/nova.conf'
SSH = '/var/lib/nova/.ssh'


def an_issue(what: str) -> Issued:
    """Return what might have been issued."""
    return Issued(
        private_key=Secret(f'{WORD} of {what}\n'),
        public_key=f'public of {what}',
        certificate=f'certificate of {what}',
        authority=f'authority of {what}\n' if what == 'tls' else f'ca {what}',
        ends=ENDS,
    )


CREDENTIALS = Credentials(
    tls=an_issue('tls'), ssh_user=an_issue('user'), ssh_host=an_issue('host')
)
ISSUING = Transport(
    live=LiveTls(issue=Secret(f'{WORD} tls')),
    cold=ColdSsh(
        issue_user=Secret(f'{WORD} user'), issue_host=Secret(f'{WORD} host')
    ),
)


def a_file(text: str) -> TextFile:
    """Return a file of the user's."""
    return TextFile(path='/f', text=text)


class TransportTestCase(unittest.TestCase):
    """A profile with transports."""

    def render(
        self, migration: Transport, **arguments: typing.Any
    ) -> dict[str, typing.Any]:
        """Return our part of the user-data."""
        profile = base.a_profile(
            migration=migration,
            domain='example.org',
            subnetworks=(base.STORAGE,),
        )
        found = base.config(profile, **arguments)
        self.files = {
            entry['path'].removeprefix(host.STAGED): entry['content']
            for entry in found['write_files']
        }
        self.plan = self.files['/etc/hvctl/setup'].splitlines()
        return found

    def libvirt(self) -> dict[str, str]:
        """Return what nova.conf has of libvirt."""
        return {
            name: value
            for name, value in base.options(self.files[NOVA])[
                'libvirt'
            ].items()
            if 'inbound' in name
            or 'uri' in name
            or 'scheme' in name
            or 'tls' in name
        }

    def modes(self, *starts: str) -> dict[str, str]:
        """Return mode and owner of the files that are placed there."""
        lines = [line.split() for line in self.plan]
        return {
            path: ' '.join(rest)
            for subject, *rest, path in lines
            if subject == 'file' and path.startswith(starts)
        }
