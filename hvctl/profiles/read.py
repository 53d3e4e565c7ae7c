# SPDX-License-Identifier: Apache-2.0
"""Reads YAML safely, within bounds, and keeps the line of every key.

Nothing that is written in a file is part of an error here: it may be a
secret that somebody forgot to quote.
"""

from __future__ import annotations

import math
import typing

from hvctl import exceptions
from hvctl.profiles import tree

#: Bytes; what a person writes has some thousand.
MAX_SIZE = 1024 * 1024
#: Levels of mappings and lists; a profile has six.
MAX_DEPTH = 20
#: Values after aliases were followed: a small file can have billions.
MAX_VALUES = 50_000

_TAG = 'tag:yaml.org,2002:'


def parse(data: bytes, path: str, *, secret: bool = False) -> tree.Value:
    """Read one document.

    :param data: what the file holds
    :param path: its name, for errors
    :param secret: whether it is the file of secrets
    :returns: a mapping; an empty file is an empty one
    :raises InvalidRequest: when it is no such document
    """
    import yaml

    if len(data) > MAX_SIZE:
        raise exceptions.InvalidRequest(
            f'{path} has more than {MAX_SIZE // 1024} KiB, which no profiles '
            'need'
        )
    # Without libyaml the file takes ten times longer; the result is equal.
    loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    try:
        # What comes after is recursive, the events are not.
        _bound_depth(yaml, yaml.parse(data, Loader=loader), path)
        root = yaml.compose(data, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = 'no YAML; look at quotes, colons and indentation around there'
        if isinstance(error, yaml.composer.ComposerError):
            why = (
                'an unknown alias, an anchor that is there already, or a '
                'second document; a text that begins with * or & needs quotes'
            )
        raise exceptions.InvalidRequest(
            f'{path}, line {line}: {why}'
        ) from None
    except (yaml.YAMLError, UnicodeError):
        raise exceptions.InvalidRequest(
            f'{path} is no text in UTF-8, so it is no YAML'
        ) from None
    empty = tree.Place(path=path, line=1)
    if root is None:
        return tree.Value(content={}, place=empty, secret=secret)
    value = _Reader(yaml, path, secret).value(root, 0)
    if value.content is None:
        return tree.Value(content={}, place=empty, secret=secret)
    if not isinstance(value.content, dict):
        raise exceptions.InvalidRequest(
            f'{value.place}: the file must be a mapping with the key profiles'
        )
    return value


def _bound_depth(yaml: typing.Any, events: typing.Any, path: str) -> None:
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _too_deep(path, event.start_mark.line + 1)


def _too_deep(path: str, line: int) -> exceptions.InvalidRequest:
    return exceptions.InvalidRequest(
        f'{path}, line {line}: more than {MAX_DEPTH} levels of nesting'
    )


class _Reader:
    """Makes values of the nodes of one document."""

    def __init__(self, yaml: typing.Any, path: str, secret: bool) -> None:
        self._yaml = yaml
        self._path = path
        self._secret = secret
        self._count = 0

    def value(
        self, node: typing.Any, depth: int, place: tree.Place | None = None
    ) -> tree.Value:
        place = place or self._place(node)
        self._count += 1
        if self._count > MAX_VALUES:
            raise exceptions.InvalidRequest(
                f'{place}: more than {MAX_VALUES} values, counting every use '
                'of an alias'
            )
        if depth > MAX_DEPTH:  # an alias of what it stands in
            raise _too_deep(place.path, place.line)
        text = ''
        content: dict[str, tree.Value] | list[tree.Value] | tree.Scalar
        if isinstance(node, self._yaml.MappingNode):
            self._check_tag(node, 'map')
            content = self._mapping(node, depth)
        elif isinstance(node, self._yaml.SequenceNode):
            self._check_tag(node, 'seq')
            content = [self.value(item, depth + 1) for item in node.value]
        else:
            text = node.value
            content = self._scalar(node, place)
        return tree.Value(
            content=content, text=text, place=place, secret=self._secret
        )

    def _place(self, node: typing.Any) -> tree.Place:
        return tree.Place(path=self._path, line=node.start_mark.line + 1)

    def _mapping(self, node: typing.Any, depth: int) -> dict[str, tree.Value]:
        content: dict[str, tree.Value] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, self._yaml.ScalarNode):
                raise exceptions.InvalidRequest(f'{place}: a key must be text')
            if key_node.tag == f'{_TAG}merge':
                raise exceptions.InvalidRequest(
                    f'{place}: << is not taken; a profile takes over another '
                    'with the key extends'
                )
            key = key_node.value
            if key in content:
                raise exceptions.InvalidRequest(
                    f'{place}: {key} is there already, in line '
                    f'{content[key].place.line}'
                )
            content[key] = self.value(value_node, depth + 1, place)
        return content

    def _check_tag(self, node: typing.Any, tag: str) -> None:
        if node.tag != f'{_TAG}{tag}':
            raise self._no_tags(self._place(node))

    def _no_tags(self, place: tree.Place) -> exceptions.InvalidRequest:
        return exceptions.InvalidRequest(
            f'{place}: a tag that profiles do not have; a text that begins '
            'with ! needs quotes'
        )

    def _scalar(self, node: typing.Any, place: tree.Place) -> tree.Scalar:
        text: str = node.value
        construct = self._yaml.constructor.SafeConstructor()
        match node.tag.removeprefix(_TAG):
            case 'str' | 'timestamp' | 'value':
                return text
            case 'null':
                return None
            case 'bool' if text.lower() in construct.bool_values:
                return bool(construct.construct_yaml_bool(node))
            case 'int':
                return self._number(construct.construct_yaml_int, node, place)
            case 'float':
                return self._number(
                    construct.construct_yaml_float, node, place
                )
        raise self._no_tags(place)

    def _number(
        self, construct: typing.Any, node: typing.Any, place: tree.Place
    ) -> int | float:
        try:
            number: int | float = construct(node)
        except ValueError:
            number = math.nan
        if isinstance(number, float) and not math.isfinite(number):
            raise exceptions.InvalidRequest(f'{place}: no finite number')
        return number
