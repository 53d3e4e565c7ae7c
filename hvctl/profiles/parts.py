# SPDX-License-Identifier: Apache-2.0
"""Reads the user's own parts of the user-data."""

from __future__ import annotations

import pathlib
import re

from hvctl.model.profile import Part, PartType
from hvctl.profiles import tree

#: Bytes; many times what Nova takes, so that the limit there can be
#: explained with the sizes by part.
MAX_SIZE = 1024 * 1024

_TYPES = {
    'cloud-config': PartType.CLOUD_CONFIG,
    'script': PartType.SCRIPT,
    'jinja': PartType.JINJA,
    'boothook': PartType.BOOTHOOK,
    'include': PartType.INCLUDE,
    'part-handler': PartType.PART_HANDLER,
}
#: How a part begins, as cloud-init tells them apart.
_BEGINNINGS = {
    '#cloud-config': PartType.CLOUD_CONFIG,
    '#!': PartType.SCRIPT,
    '## template: jinja': PartType.JINJA,
    '#cloud-boothook': PartType.BOOTHOOK,
    '#include': PartType.INCLUDE,
    # The same to cloud-init, which looks for the word again.
    '#include-once': PartType.INCLUDE,
    '#part-handler': PartType.PART_HANDLER,
}
#: A whole word: "#cloud-config-archive" is something else.
_BEGINNING = re.compile(r'#!|(#|## template: )[\w-]+(?!\S)')


def read(
    value: tree.Value | None, key: str, directory: pathlib.Path
) -> tuple[tuple[Part, ...], list[tree.Problem]]:
    """Read the parts that a profile names.

    :param directory: where relative names begin
    :returns: the parts in their order, and what is wrong
    """
    found: list[Part] = []
    problems: list[tree.Problem] = []
    for number, item in enumerate(value.items if value else []):
        path_value = item.get('path') or item
        path = directory / pathlib.Path(path_value.text).expanduser()
        content, words = text(path)
        type_value = item.get('type')
        kind = _TYPES[type_value.text] if type_value else _kind(content)
        if not words and kind is None:
            words = (
                f'{path} does not begin as a part of a user-data does '
                f'({", ".join(_BEGINNINGS)}); name its type'
            )
        if words or kind is None:
            problems.append(
                tree.Problem(
                    place=item.place, key=f'{key}[{number}]', words=words
                )
            )
            continue
        found.append(Part(path=str(path.absolute()), type=kind, text=content))
    return tuple(found), problems


def _kind(content: str) -> PartType | None:
    beginning = _BEGINNING.match(content)
    return _BEGINNINGS.get(beginning[0]) if beginning else None


def text(path: pathlib.Path) -> tuple[str, str]:
    """Read a file; a text, and what is wrong with it."""
    try:
        with path.open('rb') as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        return '', f'{path} cannot be read: {error.strerror}'
    if len(data) > MAX_SIZE:
        return '', f'{path} has more than {MAX_SIZE // 1024} KiB'
    try:
        content = data.decode()
    except UnicodeDecodeError:
        return '', f'{path} is no text in UTF-8'
    if not content.strip():
        return '', f'{path} is empty'
    if '\0' in content:
        return '', f'{path} has a NUL byte: cloud-init could not read it'
    return content, ''
