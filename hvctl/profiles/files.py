# SPDX-License-Identifier: Apache-2.0
"""Finds the profiles file and the one with its secrets, and reads both."""

from __future__ import annotations

from collections.abc import Mapping
import os
import pathlib
import stat

from hvctl import exceptions
from hvctl.profiles import library
from hvctl.profiles import read
from hvctl.profiles import tree

VARIABLE = 'HVCTL_PROFILES_FILE'
_NAME = 'hvctl.yaml'
_SYSTEM = '/etc/openstack'
_SECURE_SUFFIX = '-secure'


class NoFile(exceptions.InvalidRequest):
    """Nobody has named a file, and there is none."""


def load(
    option: str | None, environment: Mapping[str, str] = os.environ
) -> library.Library:
    """Read the profiles.

    :param option: the file that the user named, if any
    :param environment: the variables, by default the process's own
    :raises NoFile: when none is named and there is none
    :raises InvalidRequest: when one cannot be used
    """
    path = _find(option, environment)
    main = _file(path, read.parse(_read(path), str(path)))
    secure = path.with_name(f'{path.stem}{_SECURE_SUFFIX}{path.suffix}')
    if not os.path.lexists(secure):
        return library.Library(path, secure, main, None)
    data = _read(secure, secret=True)
    return library.Library(
        path,
        secure,
        main,
        _file(secure, read.parse(data, str(secure), secret=True)),
    )


def candidates(environment: Mapping[str, str]) -> tuple[pathlib.Path, ...]:
    """Return the default locations, in order of preference."""
    home = environment.get('HOME', '~')
    user = environment.get('XDG_CONFIG_HOME') or f'{home}/.config'
    return tuple(
        pathlib.Path(directory).expanduser() / _NAME
        for directory in ('.', f'{user}/openstack', _SYSTEM)
    )


def _find(option: str | None, environment: Mapping[str, str]) -> pathlib.Path:
    named = option or environment.get(VARIABLE)
    if named:
        return pathlib.Path(named).expanduser()
    looked = candidates(environment)
    for path in looked:
        if path.exists():
            return path
    raise NoFile(
        f'no profiles: there is none of {", ".join(map(str, looked))}; name '
        f'the file with --profiles-file or {VARIABLE}'
    )


def _read(path: pathlib.Path, *, secret: bool = False) -> bytes:
    try:
        with path.open('rb') as file:
            if secret:
                # Of what was opened: the name may lead elsewhere meanwhile.
                _check_mode(path, os.fstat(file.fileno()))
            return file.read(read.MAX_SIZE + 1)
    except OSError as error:
        raise exceptions.InvalidRequest(
            f'{path} cannot be read: {error.strerror}'
        ) from error


def _check_mode(path: pathlib.Path, found: os.stat_result) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise exceptions.InvalidRequest(
            f'{path} holds secrets and others than its owner may use it '
            f'(mode {mode:04o}); type: chmod 600 {path}'
        )
    if found.st_uid not in (0, os.geteuid()):
        raise exceptions.InvalidRequest(
            f'{path} holds secrets and belongs to another user (uid '
            f'{found.st_uid}); type: chown {os.geteuid()} {path}'
        )


def _file(path: pathlib.Path, value: tree.Value) -> dict[str, tree.Value]:
    """Return the profiles of one file by name."""
    for key, below in value.mapping.items():
        if key != 'profiles':
            raise exceptions.InvalidRequest(
                f'{below.place}: {key}: unknown key; the only one at the top '
                'is profiles'
            )
    profiles = value.get('profiles')
    if profiles is None:
        return {}
    if not isinstance(profiles.content, dict):
        raise exceptions.InvalidRequest(
            f'{profiles.place}: profiles: must be a mapping of profiles by '
            'name'
        )
    return profiles.content
