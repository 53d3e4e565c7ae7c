# SPDX-License-Identifier: Apache-2.0
"""Describes a supervised program."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses

Environment = Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process that supervisord runs, and how to see that it answers."""

    name: str
    command: tuple[str, ...]
    environment: Environment = dataclasses.field(default_factory=dict)
    #: Where it answers: a loopback port, 0 for a program without one.
    port: int = 0
    #: The queue it takes its orders from, '' for a program without one.
    queue: str = ''
    #: The path an API answers without a token, '' when it is no web server.
    path: str = ''
