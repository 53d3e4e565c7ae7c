# SPDX-License-Identifier: Apache-2.0
"""Checks values against the schema that ships with the package.

The words are our own: those of jsonschema quote the value that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import difflib
import functools
import ipaddress
import json
import pathlib
import re
import typing

from hvctl.profiles import tree

if typing.TYPE_CHECKING:
    import jsonschema

_TYPES = {
    'string': 'text',
    'integer': 'a whole number',
    'number': 'a number',
    'boolean': 'true or false',
    'array': 'a list',
    'object': 'a mapping',
}


@functools.cache
def schema() -> dict[str, typing.Any]:
    """Return the schema."""
    file = pathlib.Path(__file__).with_name('schema.json')
    return typing.cast('dict[str, typing.Any]', json.loads(file.read_text()))


def profile(value: tree.Value, key: str) -> Iterator[tree.Problem]:
    """Check what stands below the name of one profile in a file.

    :param key: the keys above it, for the problems
    """
    yield from _check(value, key, schema())


def networking(value: tree.Value, key: str) -> Iterator[tree.Problem]:
    """Check the networking of a merged profile, by its kind."""
    part = schema()['properties']['networking']
    yield from _of_choice(value, key, part, 'kind', '')


def transport(value: tree.Value, key: str, way: str) -> Iterator[tree.Problem]:
    """Check a way of migrations in a merged profile, by its transport.

    :param way: ``live`` or ``cold``
    """
    part = schema()['properties']['migration']['properties'][way]
    yield from _of_choice(value, key, part, 'transport', f'{way}_')


def _of_choice(
    value: tree.Value,
    key: str,
    part: dict[str, typing.Any],
    choice: str,
    prefix: str,
) -> Iterator[tree.Problem]:
    """Check what has other keys for each choice.

    :param part: what the schema says of it
    :param choice: the key that chooses
    :param prefix: of the definitions' names
    """
    chosen = value.get(choice)
    if chosen is None:
        *others, last = part['properties'][choice]['enum']
        yield tree.Problem(
            place=value.place,
            key=key,
            words=f'the key {choice} is missing: {", ".join(others)} or '
            f'{last}',
        )
        return
    yield from _check(
        value, key, schema()['$defs'][f'{prefix}{chosen.content}']
    )


def unknown(key: str, known: Iterable[str]) -> str:
    """Explain that a key is unknown, and which was meant."""
    near = difflib.get_close_matches(key, list(known), n=1)
    return (
        f'unknown key; did you mean {near[0]}?'
        if near
        else (f'unknown key; known here: {", ".join(sorted(known))}')
    )


def _check(
    value: tree.Value, key: str, part: dict[str, typing.Any]
) -> Iterator[tree.Problem]:
    import jsonschema

    formats = jsonschema.FormatChecker(())
    formats.checks('ip', raises=ValueError)(_is_ip)
    kind = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        jsonschema.Draft202012Validator, {'pattern': _pattern}
    )
    validator = kind(part, format_checker=formats)
    for error in validator.iter_errors(value.plain()):
        yield from _problems(value, key, error)


def _pattern(
    _validator: object, pattern: str, instance: object, _part: object
) -> Iterator[jsonschema.ValidationError]:
    """Have a text match as a whole.

    jsonschema's own way lets a line break follow, since that is what ``$``
    means in Python; not so in the schema's language.
    """
    import jsonschema

    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield jsonschema.ValidationError('no match')


def _is_ip(text: object) -> bool:
    return not isinstance(text, str) or bool(ipaddress.ip_address(text))


def _problems(
    value: tree.Value, key: str, error: jsonschema.ValidationError
) -> Iterator[tree.Problem]:
    for step in error.absolute_path:
        if isinstance(step, int):
            value = value.items[step]
            key = f'{key}[{step}]'
        else:
            value = value.mapping[step]
            key = f'{key}.{step}'
    part = typing.cast('dict[str, typing.Any]', error.schema)
    if error.validator == 'additionalProperties':
        known = part.get('properties', {})
        for name, below in value.mapping.items():
            if name not in known and below.content is not None:
                yield tree.Problem(
                    place=below.place,
                    key=f'{key}.{name}',
                    words=unknown(name, known),
                )
        return
    if 'propertyNames' in error.absolute_schema_path:
        # The key itself is wrong, and the path ends above it.
        value = value.mapping[str(error.instance)]
        key = f'{key}.{error.instance}'
    yield tree.Problem(place=value.place, key=key, words=_words(error, part))


def _words(
    error: jsonschema.ValidationError, part: dict[str, typing.Any]
) -> str:
    wanted = typing.cast('typing.Any', error.validator_value)
    match error.validator:
        case 'type':
            names = [wanted] if isinstance(wanted, str) else wanted
            if 'x-form' in part:
                return f'must be {part["x-form"]}'
            return f'must be {" or ".join(_TYPES[name] for name in names)}' + (
                _quotes(names, error.instance)
            )
        case 'enum':
            return f'must be one of {", ".join(map(str, wanted))}'
        case 'required':
            there = typing.cast('dict[str, typing.Any]', error.instance)
            missing = [name for name in wanted if name not in there]
            return f'the key {missing[0]} is missing'
        case 'minLength' | 'minItems':
            return 'must not be empty'
        case 'maxItems':
            return 'must be an empty list, or lists by debian and rhel'
        case 'minimum' if isinstance(wanted, int):
            return f'must be {wanted} or more'
        case 'maximum':
            return f'must be {wanted} or less'
        case 'exclusiveMinimum':
            return f'must be above {wanted}'
        case 'format':
            return 'must be an IP address'
    return f'must be {part.get("x-form", "something else")}'


def _quotes(names: list[str], instance: object) -> str:
    if names == ['string'] and isinstance(instance, bool | int | float):
        return '; put it in quotes'
    return ''
