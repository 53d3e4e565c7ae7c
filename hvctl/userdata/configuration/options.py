# SPDX-License-Identifier: Apache-2.0
"""Writes files of options by section, as oslo.config reads them."""

from __future__ import annotations

from collections.abc import Mapping
import re

from hvctl import exceptions
from hvctl.model import ini
from hvctl.model import secret
from hvctl.model.profile import Option, Sections
from hvctl.model.secret import Secret


def merge(*layers: Sections) -> Sections:
    """Lay sections over each other; the last that has an option decides.

    :param layers: the weakest first
    """
    merged: dict[str, dict[str, Option]] = {}
    for layer in layers:
        for section, options in layer.items():
            merged.setdefault(section, {}).update(options)
    return merged


def overrides(ours: Sections, theirs: Sections) -> Sections:
    """Let others decide only on the options that are there already.

    :param ours: the options that a file has
    :param theirs: what wins over them, beside other things
    """
    return {
        section: {
            option: theirs.get(section, {}).get(option, values)
            for option, values in options.items()
        }
        for section, options in ours.items()
    }


def render(sections: Sections, *, reveal: bool = True) -> str:
    """Write the file.

    :param sections: with values as they stand in a file
    :param reveal: write secrets too, instead of a mask
    :raises InvalidRequest: when it cannot be written; the message has no
        value in it
    """
    blocks = []
    for section, options in sections.items():
        if not options:
            continue
        if not re.fullmatch(ini.SECTION, section):
            raise exceptions.InvalidRequest(
                f'{section!r} cannot be the name of a section'
            )
        lines = [f'[{section}]']
        for option, values in options.items():
            if not re.fullmatch(ini.OPTION, option):
                raise exceptions.InvalidRequest(
                    f'[{section}] {option!r} cannot be the name of an option'
                )
            where = f'[{section}] {option}'
            for value in values:
                lines.append(f'{option} = {_value(value, where, reveal)}')
        blocks.append('\n'.join(lines) + '\n')
    return '\n'.join(blocks)


def single(**options: str | Secret) -> Mapping[str, tuple[str, ...]]:
    """Build options that stand once in their section."""
    return {
        option: (value,)  # type: ignore[misc]
        for option, value in options.items()
    }


def _value(value: str | Secret, where: str, reveal: bool) -> str:
    hidden = isinstance(value, Secret)
    text = value.reveal() if isinstance(value, Secret) else value
    # Also when it is not shown: what cannot be written is refused then too.
    if not ini.is_line(text):
        raise exceptions.InvalidRequest(
            f'{where} has more than one line, which an option cannot have'
        )
    return secret.MASK if hidden and not reveal else text
