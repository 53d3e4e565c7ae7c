# SPDX-License-Identifier: Apache-2.0
"""Why something is so: a code and facts, whose words are rendered last."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import typing

from hvctl.model.codes import Code

#: One thing that is known: plain data, or a reason within a reason.
Fact = typing.Union[str, int, float, None, 'Reason', tuple['Fact', ...]]
Facts = Mapping[str, Fact]


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """Why something is so.

    Two reasons are equal when their codes and facts are.

    :ivar code: for programs, stable
    :ivar facts: what the words are made of, by name
    """

    code: Code
    facts: Facts = dataclasses.field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, code: Code, **facts: Fact) -> Reason:
        """Build a reason of its code and facts."""
        return cls(code, facts)
