# SPDX-License-Identifier: Apache-2.0
"""What the steps that succeeded say."""

from __future__ import annotations

import dataclasses
import typing


class Created(typing.NamedTuple):
    """Something new is there.

    :ivar id: Nova's id of the server
    """

    id: str


class Accepted(typing.NamedTuple):
    """Nova has taken a request on.

    :ivar request_id: by which Nova tells what became of it
    """

    request_id: str


class Replied(typing.NamedTuple):
    """A test guest shows that it lives."""


class Explained(typing.NamedTuple):
    """A service tells why something failed.

    :ivar text: one line, without a final period
    """

    text: str

    @property
    def no_host(self) -> bool:
        """Whether Nova found no host (nova/exception.py, ``NoValidHost``)."""
        return self.text.startswith('No valid host was found')


class Located(typing.NamedTuple):
    """Nova has a guest.

    :ivar host: the service host; None where it is on none
    :ivar name: its name, where Nova tells
    :ivar project_id: whose it is, where Nova tells
    """

    status: str
    host: str | None
    name: str = ''
    project_id: str = ''


class Exists(typing.NamedTuple):
    """Nova has a server that was asked about.

    :ivar name: None where its cell does not answer
    """

    name: str | None


class Hosting(typing.NamedTuple):
    """Ironic nodes have servers of a name, or had them.

    :ivar server_ids: by the nodes; Nova may not have them any more
    """

    server_ids: tuple[str, ...]


Answer = Created | Accepted | Replied | Explained | Located | Exists | Hosting


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step that succeeded says.

    :ivar changed: whether it changed anything
    :ivar answer: what it was told; None where it was told nothing
    """

    changed: bool = True
    answer: Answer | None = None
