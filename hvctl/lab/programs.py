# SPDX-License-Identifier: Apache-2.0

"""Describes a supervised program."""

import dataclasses
import typing
from collections.abc import Mapping

Environment: typing.TypeAlias = Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process that supervisord runs, and how to see that it answers."""

    name: str
    command: tuple[str, ...]
    environment: Environment = dataclasses.field(default_factory=dict)
    #: Where it answers: a loopback port, 0 for a program without one.
    port: int = 0
    #: The path an API answers without a token, '' when it is no web server.
    path: str = ''
