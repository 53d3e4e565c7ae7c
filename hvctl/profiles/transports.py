# SPDX-License-Identifier: Apache-2.0
"""Makes of merged values how hosts reach each other for migrations."""

from __future__ import annotations

import pathlib
import typing

from hvctl.model.secret import Secret
from hvctl.model.transport import (
    ByImage,
    Cold,
    ColdSsh,
    Live,
    LiveSsh,
    LiveTcp,
    LiveTls,
    Peer,
    TextFile,
    Transport,
)
from hvctl.profiles import check
from hvctl.profiles import options
from hvctl.profiles import parts
from hvctl.profiles import tree

#: What only secrets may have.
_PRIVATE = 'PRIVATE KEY-----'


def read(
    value: tree.Value | None,
    key: str,
    directory: pathlib.Path,
    reader: options.Reader,
    problems: list[tree.Problem],
) -> Transport:
    """Read what stands below ``migration``.

    :param key: the keys above it
    :param directory: where relative names of files begin
    :param reader: of the profile's secrets
    :param problems: gets what is wrong
    """
    if value is None:
        return Transport()
    network = value.get('network')
    ways = {
        way: _Way(found, f'{key}.{way}', directory, reader, problems)
        for way in ('live', 'cold')
        if (found := value.get(way)) is not None
    }
    live, cold = ways.get('live'), ways.get('cold')
    return Transport(
        network=network.text if network else None,
        live=live.live() if live and live.is_good('live') else None,
        cold=cold.cold() if cold and cold.is_good('cold') else None,
    )


class _Way:
    """Reads one of the two."""

    def __init__(
        self,
        value: tree.Value,
        key: str,
        directory: pathlib.Path,
        reader: options.Reader,
        problems: list[tree.Problem],
    ) -> None:
        self._value = value
        self._key = key
        self._directory = directory
        self._reader = reader
        self._problems = problems

    def is_good(self, way: str) -> bool:
        """Check it against the schema."""
        wrong = list(check.transport(self._value, self._key, way))
        self._problems += wrong
        return not wrong

    def live(self) -> Live:
        """Make what is for guests that run."""
        match self._value.mapping['transport'].text:
            case 'tls':
                return LiveTls(
                    issue=self._secret('issue'),
                    ca=self._file('ca'),
                    certificate=self._file('certificate'),
                    private_key=self._secret('private_key'),
                    password=self._reader.whole(
                        self._value.get('password'), f'{self._key}.password'
                    ),
                    **{
                        key: Peer(content)
                        for key, content in self._given('name').items()
                    },
                    **self._given('user', 'mechanism'),
                )
            case 'tcp':
                password = self._reader.whole(
                    self._value.get('password'), f'{self._key}.password'
                )
                assert password is not None  # the schema wants it
                return LiveTcp(
                    password=password, **self._given('user', 'mechanism')
                )
            case 'ssh':
                return LiveSsh()
        return ByImage()

    def cold(self) -> Cold:
        """Make what is for those that are switched off."""
        if self._value.mapping['transport'].text != 'ssh':
            return ByImage()
        return ColdSsh(
            issue_user=self._secret('issue_user'),
            issue_host=self._secret('issue_host'),
            private_key=self._secret('private_key'),
            known_hosts=self._file('known_hosts'),
            authorized_keys=self._file('authorized_keys'),
            **self._given('user', 'port', 'accept_new_hosts'),
        )

    def _given(self, *names: str) -> dict[str, typing.Any]:
        return {
            name: found.content
            for name in names
            if (found := self._value.get(name)) is not None
        }

    def _secret(self, name: str) -> Secret | None:
        return self._reader.document(
            self._value.get(name), f'{self._key}.{name}'
        )

    def _file(self, name: str) -> TextFile | None:
        value = self._value.get(name)
        if value is None:
            return None
        path = self._directory / pathlib.Path(value.text).expanduser()
        text, words = parts.text(path)
        if _PRIVATE in text:
            words = (
                f'{path} has a private key, which belongs into the file of '
                'secrets'
            )
        if words:
            self._problems.append(
                tree.Problem(
                    place=value.place, key=f'{self._key}.{name}', words=words
                )
            )
            return None
        return TextFile(path=str(path.absolute()), text=text)
