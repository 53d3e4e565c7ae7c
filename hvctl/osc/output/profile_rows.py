# SPDX-License-Identifier: Apache-2.0
"""Makes the rows that the commands for profiles print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
import dataclasses
import typing

from osc_lib.cli import format_columns

from hvctl import exceptions
from hvctl.model.profile import Part, Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import TextFile
from hvctl.osc.output import columns
from hvctl.profiles import library

Row = tuple[typing.Any, ...]

LISTED = ('Name', 'Extends', 'Networking', 'Image', 'Flavor', 'File')
VALIDATED = ('Name', 'Result', 'Problem')


def listed(profile: Profile) -> Row:
    """Return a row of ``profile list``."""
    return (
        profile.name,
        profile.extends or '',
        profile.networking.kind,
        profile.image or '',
        profile.flavor or '',
        profile.file,
    )


def listed_wrong(found: library.Library, name: str) -> Row:
    """Return the row of ``profile list`` for one that cannot be used."""
    return (name, found.extends(name), 'invalid', '', '', str(found.path))


def validated(problems: Mapping[str, Sequence[str]]) -> list[Row]:
    """Return a row for each problem of a profile, or one that says ok."""
    return [
        (name, 'failed' if text else 'ok', text)
        for name, found in problems.items()
        for text in found or ('',)
    ]


def shown(
    profile: Profile, reveal: Sequence[str]
) -> tuple[tuple[str, ...], Row]:
    """Return the fields of ``profile show``.

    :param reveal: the keys whose secrets are shown
    :returns: the fields' names, as in the file, and values
    :raises InvalidRequest: when there is no secret at one of the keys
    """
    tree = _plain(profile)
    known = dict(_secrets(tree))
    unknown = [key for key in reveal if key not in known]
    if unknown:
        raise exceptions.InvalidRequest(
            f'no secret at {", ".join(unknown)}; there are: '
            f'{", ".join(known) or "none at all"}'
        )
    fields = typing.cast(
        'dict[str, typing.Any]', _printable(tree, frozenset(reveal))
    )
    return tuple(fields), tuple(map(_column, fields.values()))


def _column(value: typing.Any) -> typing.Any:
    if isinstance(value, dict):
        return columns.Nested(value)
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return format_columns.ListColumn(value)
        return columns.Nested(value)
    return value


def _plain(value: typing.Any) -> typing.Any:
    """Return mappings, lists and scalars, with the secrets in them."""
    if isinstance(value, Part):
        return {'path': value.path, 'type': str(value.type)}
    if isinstance(value, TextFile):
        return value.path
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        plain = {name: _plain(getattr(value, name)) for name in names}
        for choice in ('kind', 'transport'):
            if (chosen := getattr(value, choice, None)) is not None:
                return {choice: chosen, **plain}
        return plain
    if isinstance(value, Mapping):
        return {str(key): _plain(below) for key, below in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _secrets(value: typing.Any, key: str = '') -> Iterator[tuple[str, None]]:
    """Find the keys at which there are secrets."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _secrets(below, f'{key}.{name}' if key else name)
    elif isinstance(value, list):
        if any(isinstance(item, Secret) for item in value):
            yield key, None
    elif isinstance(value, Secret):
        yield key, None


def _printable(
    value: typing.Any, reveal: frozenset[str], key: str = ''
) -> typing.Any:
    if isinstance(value, dict):
        return {
            name: _printable(below, reveal, f'{key}.{name}' if key else name)
            for name, below in value.items()
        }
    if isinstance(value, list):
        items = [_printable(item, reveal, key) for item in value]
        # An option is a list only where it is there repeatedly.
        is_option = key.startswith(('nova.', 'neutron.'))
        return items[0] if is_option and len(items) == 1 else items
    if isinstance(value, Secret):
        return value.reveal() if key in reveal else str(value)
    return value
