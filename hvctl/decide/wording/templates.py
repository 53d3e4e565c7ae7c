# SPDX-License-Identifier: Apache-2.0
"""Templates for words, filled in with the facts of a reason."""

from __future__ import annotations

from collections.abc import Callable
import typing

from hvctl.model.reasons import Facts

#: ``{fact}`` is replaced by the fact; a function makes what that cannot.
Template = str | Callable[[Facts], str]


class Words(typing.NamedTuple):
    """What a code says.

    :ivar reason: what is so
    :ivar remedy: what to type next; '' where there is nothing
    """

    reason: Template
    remedy: Template = ''
