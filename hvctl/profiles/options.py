# SPDX-License-Identifier: Apache-2.0
"""Reads options of configuration files, and decides what is a secret."""

from __future__ import annotations

import pathlib
import re
import typing
import urllib.parse

from hvctl.model import profile as model
from hvctl.model import secret
from hvctl.profiles import tree

_REFERENCE = re.compile(r'<secret:([A-Za-z0-9_.-]+)>')
#: Options that hold a secret wherever they are written down.
_SECRET_OPTION = re.compile(r'(password|secret|token|secret_key)\Z')
#: A URL with a password in it.
_SECRET_URL = re.compile(r'://[^/@\s]*:[^/@\s]*@')
_URL = re.compile(r'[a-z][a-z0-9+.-]*://')


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
            name: secret.Secret(value.text)
            for name, value in (secrets.mapping if secrets else {}).items()
            if value.content is not None
        }
        self._key = key
        self._secure_path = secure_path
        self._problems = problems

    def sections(self, value: tree.Value | None, key: str) -> model.Sections:
        """Read options by section."""
        sections: dict[str, dict[str, model.Option]] = {}
        for name, below in (value.mapping if value else {}).items():
            options = {
                option: self._option(found, option, f'{key}.{name}.{option}')
                for option, found in below.mapping.items()
                if found.content is not None
            }
            if options:
                sections[name] = options
        return sections

    def whole(
        self, value: tree.Value | None, key: str
    ) -> secret.Secret | None:
        """Read a value that is a secret whatever it says."""
        if value is None:
            return None
        return secret.Secret(self._filled(value, key, lambda text: text))

    def _option(self, value: tree.Value, name: str, key: str) -> model.Option:
        if isinstance(value.content, list):
            return tuple(
                self._one(item, name, f'{key}[{number}]')
                for number, item in enumerate(value.items)
            )
        return (self._one(value, name, key),)

    def _one(
        self, value: tree.Value, name: str, key: str
    ) -> str | secret.Secret:
        if '\n' in value.text.strip() or '\r' in value.text:
            self._problem(value, key, 'must be one line')
        hidden = (
            value.secret
            or (isinstance(value.content, str) and _SECRET_OPTION.search(name))
            or _SECRET_URL.search(value.text)
        )
        if _REFERENCE.search(value.text) is None:
            text = value.text.strip()
        else:
            hidden = True
            # oslo.config replaces $name in values, and $$ by one $.
            text = self._filled(
                value,
                key,
                _quoted if _URL.match(value.text) else _escaped,
            ).strip()
        return secret.Secret(text) if hidden else text

    def _filled(
        self,
        value: tree.Value,
        key: str,
        written: typing.Callable[[str], str],
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
            text = known.reveal()
            if '\n' in text:
                self._problem(
                    value, key, f'the secret {found[1]} must be one line'
                )
            return written(text)

        return _REFERENCE.sub(fill, value.text)

    def _problem(self, value: tree.Value, key: str, words: str) -> None:
        self._problems.append(
            tree.Problem(place=value.place, key=key, words=words)
        )


def _quoted(text: str) -> str:
    """As the user or password of a URL."""
    return urllib.parse.quote(text, safe='')


def _escaped(text: str) -> str:
    return text.replace('$', '$$')
