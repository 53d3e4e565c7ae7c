# SPDX-License-Identifier: Apache-2.0
"""Adds secrets to the file of secrets, and leaves all else as it is.

The file is a person's: comments, order and form of what is there stay, so it
is not written anew but gets lines between its own.
"""

from __future__ import annotations

from collections.abc import Mapping
import json
import os
import pathlib
import re
import stat
import tempfile
import typing

from hvctl import exceptions
from hvctl.model.secret import Secret
from hvctl.profiles import read

#: A key that YAML takes for a text without quotes, whatever its version.
_PLAIN = re.compile(r'(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[a-z][a-z-]*')


def add(
    path: pathlib.Path, profile: str, secrets: Mapping[str, Secret]
) -> None:
    """Add secrets to a profile's.

    A new file can be read by its owner only, and one that is there keeps its
    mode.  It is replaced as a whole, so that no other program ever reads half
    of it.

    :param path: the file of secrets, which need not be there
    :param profile: the name of the profile
    :param secrets: by name
    :raises InvalidRequest: when one is there already, or the file cannot be
        written
    """
    # The file itself: what is replaced may be a link to it.
    path = path.resolve()
    try:
        before = path.read_bytes().decode()
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        before, mode = '', 0o600
    except (OSError, UnicodeError) as error:
        raise exceptions.InvalidRequest(
            f'{path} cannot be read: '
            f'{getattr(error, "strerror", None) or "no text in UTF-8"}'
        ) from error
    after = added(before, str(path), profile, secrets)
    try:
        _replace(path, after, mode)
    except OSError as error:
        raise exceptions.InvalidRequest(
            f'{path} cannot be written: {error.strerror}'
        ) from error


def added(
    before: str, path: str, profile: str, secrets: Mapping[str, Secret]
) -> str:
    """Return the text of the file with further secrets.

    :param before: its text now
    :param path: what to call it in an error
    :raises InvalidRequest: when one is there already, or there is no telling
        where they belong
    """
    keys = ('profiles', profile, 'secrets')
    old = read.parse(before.encode(), path, secret=True)
    there = old.at(keys)
    for name in secrets:
        if there is not None and (found := there.mapping.get(name)):
            raise exceptions.InvalidRequest(
                f'{found.place}: profiles.{profile}.secrets.{name} is there '
                'already; other hosts may trust it, so it is not replaced'
            )
    texts = {name: secret.reveal() for name, secret in secrets.items()}
    after = _insert(before, keys, texts)
    wanted = typing.cast('dict[str, typing.Any]', old.plain())
    below = wanted
    for key in keys:
        below = below.setdefault(key, {})
    below.update(texts)
    try:
        is_right = read.parse(after.encode(), path).plain() == wanted
    except exceptions.InvalidRequest:
        is_right = False
    if not is_right:
        raise exceptions.InvalidRequest(
            f'{path} has a form that hvctl cannot add to; write '
            f'profiles.{profile}.secrets as a mapping with a line for each '
            'key'
        )
    return after


def _insert(text: str, keys: tuple[str, ...], texts: dict[str, str]) -> str:
    """Put entries below keys, and those of the keys that are not there."""
    import yaml

    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        end = '' if not text or text.endswith('\n') else '\n'
        return text + end + _block(_nest(keys, texts), 0)
    line = column = depth = 0
    while depth < len(keys) and (step := _step(node, keys[depth])):
        mark, node = step[0].start_mark, step[1]
        line, column = mark.line + 1, mark.column
        depth += 1
    entries = _nest(keys[depth:], texts)
    if isinstance(node, yaml.MappingNode) and node.flow_style:
        at = node.start_mark.index + 1
        more = ', ' if node.value else ''
        inside = json.dumps(entries)[1:-1]
        return f'{text[:at]}{inside}{more}{text[at:]}'
    if isinstance(node, yaml.MappingNode):
        indent = node.value[0][0].start_mark.column
    else:  # nothing is there yet
        indent = column + 2
    lines = text.splitlines(keepends=True)
    if line and not lines[line - 1].endswith('\n'):
        lines[line - 1] += '\n'
    return ''.join([*lines[:line], _block(entries, indent), *lines[line:]])


def _step(node: typing.Any, key: str) -> typing.Any:
    """Return the nodes of a key and of its value, None without it."""
    pairs = node.value if isinstance(node.value, list) else []
    for pair in pairs:
        if isinstance(pair, tuple) and pair[0].value == key:
            return pair
    return None


def _nest(
    keys: tuple[str, ...], texts: dict[str, str]
) -> dict[str, typing.Any]:
    entries: dict[str, typing.Any] = dict(texts)
    for key in reversed(keys):
        entries = {key: entries}
    return entries


def _block(entries: dict[str, typing.Any], indent: int) -> str:
    """Write a mapping with a line for each key, and texts as they are."""
    space = ' ' * indent
    written = ''
    for key, value in entries.items():
        name = key if _PLAIN.fullmatch(key) else json.dumps(key)
        if isinstance(value, dict):
            written += f'{space}{name}:\n{_block(value, indent + 2)}'
            continue
        lines = ''.join(
            f'{space}  {line}\n' for line in value.rstrip('\n').split('\n')
        )
        written += f'{space}{name}: |\n{lines}'
    return written


def _replace(path: pathlib.Path, text: str, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f'.{path.name}.')
    new = pathlib.Path(name)
    try:
        with os.fdopen(handle, 'w', encoding='utf-8', newline='') as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(mode)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
