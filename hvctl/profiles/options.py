# SPDX-License-Identifier: Apache-2.0
"""Reads options of configuration files, and decides what is a secret."""

from __future__ import annotations

from collections.abc import Callable
import pathlib
import re
import urllib.parse

from hvctl import exceptions
from hvctl.model import ini
from hvctl.model.profile import Option, Sections
from hvctl.model.secret import Secret
from hvctl.profiles import tree

#: The name of a secret.
NAME = r'[A-Za-z0-9_.-]+'
_REFERENCE = re.compile(rf'<secret:({NAME})>')
#: Options that hold a secret wherever they are written down.
_SECRET_OPTION = re.compile(r'(password|secret|token|secret_key|fixed_key)\Z')
#: A URL with a password in it.
_SECRET_URL = re.compile(r'://[^/@\s]*:[^/@\s]*@')
_URL = re.compile(r'[a-z][a-z0-9+.-]*://')
#: Writes a secret, which is called by the other text in an error.
_Writing = Callable[[Secret, str], str]


class Reader:
    """Reads the options of one profile.

    :ivar secrets: texts by name
    """

    def __init__(
        self,
        secrets: tree.Value | None,
        key: str,
        secure_path: pathlib.Path,
        problems: list[tree.Problem],
    ) -> None:
        self.secrets = {
            name: Secret(value.text)
            for name, value in (secrets.mapping if secrets else {}).items()
            if value.content is not None
        }
        self._key = key
        self._secure_path = secure_path
        self._problems = problems

    def sections(self, value: tree.Value | None, key: str) -> Sections:
        """Read options by section."""
        sections: dict[str, dict[str, Option]] = {}
        for name, below in (value.mapping if value else {}).items():
            options = {
                option: self._option(found, option, f'{key}.{name}.{option}')
                for option, found in below.mapping.items()
                if found.content is not None
            }
            if options:
                sections[name] = options
        return sections

    def whole(self, value: tree.Value | None, key: str) -> Secret | None:
        """Read a value that is a secret whatever it says."""
        if value is None:
            return None
        text = self._filled(value, key, _as_it_is)
        if not ini.is_line(text):
            self._problem(value, key, 'must be one line')
        try:
            ini.literal(text, 'the secret')
        except exceptions.InvalidRequest as error:
            self._problem(value, key, str(error))
        return Secret(text)

    def document(self, value: tree.Value | None, key: str) -> Secret | None:
        """Read a reference to a secret that may have several lines."""
        if value is None:
            return None
        return Secret(self._filled(value, key, _as_it_is, lines=True))

    def _option(self, value: tree.Value, name: str, key: str) -> Option:
        if isinstance(value.content, list):
            return tuple(
                self._one(item, name, f'{key}[{number}]')
                for number, item in enumerate(value.items)
            )
        return (self._one(value, name, key),)

    def _one(self, value: tree.Value, name: str, key: str) -> str | Secret:
        if not ini.is_line(value.text.strip()):
            self._problem(value, key, 'must be one line')
        hidden = (
            value.secret
            # Booleans are no secrets: send_service_user_token ends in _token.
            or (
                not isinstance(value.content, bool)
                and _SECRET_OPTION.search(name)
            )
            or _SECRET_URL.search(value.text)
        )
        if _REFERENCE.search(value.text) is None:
            text = value.text.strip()
        else:
            hidden = True
            text = self._filled(value, key, _writing(value.text)).strip()
        return Secret(text) if hidden else text

    def _filled(
        self,
        value: tree.Value,
        key: str,
        written: _Writing,
        *,
        lines: bool = False,
    ) -> str:
        def fill(found: re.Match[str]) -> str:
            known = self.secrets.get(found[1])
            if known is None:
                self._problem(
                    value,
                    key,
                    f'the secret {found[1]} is missing; add '
                    f'{self._key}.secrets.{found[1]} to {self._secure_path}',
                )
                return ''
            name = f'the secret {found[1]}'
            if not lines and not ini.is_line(known.reveal()):
                self._problem(value, key, f'{name} must be one line')
            try:
                return written(known, name)
            except exceptions.InvalidRequest as error:
                self._problem(value, key, str(error))
                return ''

        return _REFERENCE.sub(fill, value.text)

    def _problem(self, value: tree.Value, key: str, words: str) -> None:
        self._problems.append(
            tree.Problem(place=value.place, key=key, words=words)
        )


def _writing(option: str) -> _Writing:
    """Choose how a secret is written into an option."""
    if _REFERENCE.fullmatch(option.strip()):
        return _literal
    return _quoted if _URL.match(option) else _part


def _as_it_is(text: Secret, _name: str) -> str:
    return text.reveal()


def _literal(text: Secret, name: str) -> str:
    """Write it as all that an option has."""
    return ini.literal(text.reveal(), name)


def _quoted(text: Secret, _name: str) -> str:
    """Write it as the user or password of a URL."""
    return urllib.parse.quote(text.reveal(), safe='')


def _part(text: Secret, name: str) -> str:
    """Write it as a part of what an option has."""
    return ini.part(text.reveal(), name)
