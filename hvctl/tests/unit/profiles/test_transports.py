# SPDX-License-Identifier: Apache-2.0
"""Tests of what a profile says of how hosts reach each other."""

from __future__ import annotations

import textwrap

from hvctl.model.secret import Secret
from hvctl.model.transport import (
    ByImage,
    ColdSsh,
    LiveSsh,
    LiveTcp,
    LiveTls,
    Peer,
    TextFile,
    Transport,
)
from hvctl.tests.unit.profiles import base

#: Of several lines, as the keys of CAs are.
KEY = f'-----BEGIN PRIVATE KEY-----\n{base.SECRET}\n'
SECURE = textwrap.indent(
    'key: |\n' + textwrap.indent(KEY, '  ') + f'word: {base.SECRET}\n',
    '      ',
)
SECURE = f'profiles:\n  a:\n    secrets:\n{SECURE}'


class TestTransports(base.ProfilesTestCase):
    """The key ``migration``."""

    def setUp(self) -> None:
        """Write a file that profiles name."""
        super().setUp()
        self.file = self.directory / 'others.txt'
        self.file.write_text('public\n')

    def get(self, body: str) -> Transport:
        """Read a migration."""
        main = f'profiles:\n  a:\n    migration: {body}\n'
        return self.load(main, SECURE).get('a').migration

    def wrong(self, body: str) -> str:
        """Give what is wrong with one."""
        return self.error(
            f'profiles:\n  a:\n    migration: {body}\n', SECURE
        ).partition('profiles.a.')[2]

    def test_nothing(self) -> None:
        """Where nothing is said, nothing is known."""
        profile = self.load('profiles: {a: {}}').get('a')

        self.assertEqual(Transport(), profile.migration)
        self.assertEqual(Transport(), self.get('{}'))
        self.assertIs(False, Transport().issues)

    def test_tls(self) -> None:
        """TLS has certificates of each host's own, or one for all."""
        public = TextFile(path=str(self.file), text='public\n')
        self.assertEqual(
            LiveTls(issue=Secret(KEY), ca=public),
            self.get(
                '{live: {transport: tls, issue: <secret:key>, ca: others.txt}}'
            ).live,
        )
        self.assertEqual(
            LiveTls(
                certificate=public, private_key=Secret(KEY), name=Peer.HOST
            ),
            self.get(
                '{live: {transport: tls, certificate: others.txt, '
                'private_key: <secret:key>, name: host}}'
            ).live,
        )

    def test_tls_with_password(self) -> None:
        """It may have a password beside certificates."""
        self.assertEqual(
            LiveTls(
                issue=Secret(KEY),
                password=Secret(base.SECRET),
                user='kolla',
                mechanism='DIGEST-MD5',
            ),
            self.get(
                '{live: {transport: tls, issue: <secret:key>, password: '
                '<secret:word>, user: kolla, mechanism: DIGEST-MD5}}'
            ).live,
        )

    def test_tcp(self) -> None:
        """TCP has a password."""
        self.assertEqual(
            LiveTcp(password=Secret(base.SECRET), user='kolla'),
            self.get(
                '{live: {transport: tcp, password: <secret:word>, '
                'user: kolla}}'
            ).live,
        )

    def test_ssh(self) -> None:
        """SSH has keys of each host's own, or one for all."""
        public = TextFile(path=str(self.file), text='public\n')
        found = self.get(
            '{live: {transport: ssh}, cold: {transport: ssh, '
            'user: nova_migration, port: 8022, issue_user: <secret:key>, '
            'issue_host: <secret:key>, authorized_keys: others.txt}}'
        )

        self.assertEqual(
            Transport(
                live=LiveSsh(),
                cold=ColdSsh(
                    user='nova_migration',
                    port=8022,
                    issue_user=Secret(KEY),
                    issue_host=Secret(KEY),
                    authorized_keys=public,
                ),
            ),
            found,
        )
        self.assertIs(True, found.issues)
        self.assertEqual(
            ColdSsh(
                private_key=Secret(KEY),
                known_hosts=public,
                accept_new_hosts=True,
            ),
            self.get(
                '{cold: {transport: ssh, private_key: <secret:key>, '
                'known_hosts: others.txt, accept_new_hosts: true}}'
            ).cold,
        )

    def test_image(self) -> None:
        """The image may bring all of it."""
        self.assertEqual(
            Transport(live=ByImage(), cold=ByImage()),
            self.get('{live: {transport: image}, cold: {transport: image}}'),
        )

    def test_extends(self) -> None:
        """Another transport starts afresh, the same one is added to."""
        main = """
            profiles:
              b:
                migration:
                  live: {transport: tls, ca: others.txt, name: host}
                  cold: {transport: ssh, port: 8022}
              a:
                extends: b
                migration:
                  live: {transport: ssh}
                  cold: {transport: ssh, user: kolla}
        """
        found = self.load(main).get('a').migration

        self.assertEqual(
            Transport(live=LiveSsh(), cold=ColdSsh(port=8022, user='kolla')),
            found,
        )

    def test_wrong(self) -> None:
        """What is wrong is named, and what would be right."""
        for body, words in (
            (
                '{live: {ca: others.txt}}',
                'migration.live: the key transport is missing: tls, tcp, ssh '
                'or image',
            ),
            (
                '{cold: {transport: tls}}',
                'migration.cold.transport: must be one of ssh, image',
            ),
            (
                '{live: {transport: tls, issued: <secret:key>}}',
                'migration.live.issued: unknown key; did you mean issue?',
            ),
            (
                '{live: {transport: tcp}}',
                'migration.live: the key password is missing',
            ),
            (
                f'{{live: {{transport: tls, issue: {base.SECRET}}}}}',
                'migration.live.issue: must be a reference to the file of '
                'secrets, <secret:name>',
            ),
            (
                '{live: {transport: tls, issue: <secret:ca>}}',
                'migration.live.issue: the secret ca is missing; add '
                'profiles.a.secrets.ca to hvctl-secure.yaml',
            ),
            (
                '{live: {transport: tls, ca: none.pem}}',
                'migration.live.ca: none.pem cannot be read: No such file or '
                'directory',
            ),
            (
                '{live: {transport: tcp, password: <secret:key>}}',
                'migration.live.password: the secret key must be one line',
            ),
            (
                '{cold: {transport: ssh, port: 65536}}',
                'migration.cold.port: must be 65535 or less',
            ),
            (
                '{cold: {transport: ssh, user: Nova}}',
                'migration.cold.user: must be the name of a user: up to 32 '
                'small letters, digits and _-',
            ),
        ):
            with self.subTest(body=body):
                self.assertEqual(words, self.wrong(body))

    def test_key_in_the_open(self) -> None:
        """A private key is none of a file that anybody may read."""
        self.file.write_text(KEY)

        self.assertEqual(
            'migration.cold.known_hosts: others.txt has a private key, which '
            'belongs into the file of secrets',
            self.wrong('{cold: {transport: ssh, known_hosts: others.txt}}'),
        )
