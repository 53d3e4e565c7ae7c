# SPDX-License-Identifier: Apache-2.0
"""Reads a nova.conf by oslo.config's own parser, as nova-compute does.

Import this module where it is used: oslo.config is nothing that every
command should load.
"""

from __future__ import annotations

import io
import typing

from oslo_config import iniparser

from hvctl import exceptions


class Assignment(typing.NamedTuple):
    """An option that is set.

    :ivar section: where it stands
    :ivar value: may be a secret; has a line break where it goes on in the
        next line
    :ivar line: the number of its first line
    """

    section: str
    option: str
    value: str
    line: int


class Parser(iniparser.BaseParser):  # type: ignore[misc]
    """Collects what a file has.

    :ivar sections: the names of its sections, as often as they stand there
    :ivar assignments: what it sets, in its order
    """

    def __init__(self, source: str) -> None:
        """Make one for one file.

        :param source: what to call it in an error, usually its name
        """
        self.sections: list[str] = []
        self.assignments: list[Assignment] = []
        self._source = source

    def read(self, text: str) -> None:
        """Read the file's text.

        :raises InvalidRequest: when oslo.config would refuse it; the message
            has the line's number, never its text
        """
        # Lines as a file that is opened for reading has them.  The last one
        # is empty, so that every assignment ends before a later line.
        self.parse([*io.StringIO(text, newline=None), ''])

    def where(self, line: int) -> str:
        """Name a line in an error."""
        return f'{self._source}, line {line}'

    def new_section(self, section: str) -> None:
        """Note a section."""
        self.sections.append(section)

    def assignment(self, key: str, value: list[str]) -> None:
        """Note an option, which ended in the line before this one."""
        line = self.lineno - len(value)
        if not self.sections:
            raise self._refusal(
                'has an option before the first [section]', line
            )
        self.assignments.append(
            Assignment(self.sections[-1], key, '\n'.join(value), line)
        )

    def error_invalid_assignment(self, line: str) -> typing.NoReturn:
        """Refuse a line that is nothing."""
        raise self._refusal('is neither a [section] nor an option = value')

    def error_empty_key(self, line: str) -> typing.NoReturn:
        """Refuse a value without an option."""
        raise self._refusal('has a value without an option before it')

    def error_unexpected_continuation(self, line: str) -> typing.NoReturn:
        """Refuse an indented line that continues nothing."""
        raise self._refusal(
            'is indented, but no option is right above it that it could '
            'continue; remove the spaces before it'
        )

    def error_no_section_end_bracket(self, line: str) -> typing.NoReturn:
        """Refuse a section with anything behind its name."""
        raise self._refusal(
            'begins with [ and does not end with ], as a [section] must; a '
            'comment needs a line of its own'
        )

    def error_no_section_name(self, line: str) -> typing.NoReturn:
        """Refuse a section without a name."""
        raise self._refusal('has a [section] without a name')

    def _refusal(
        self, words: str, line: int | None = None
    ) -> exceptions.InvalidRequest:
        where = self.where(self.lineno if line is None else line)
        return exceptions.InvalidRequest(f'{where} {words}')
