# SPDX-License-Identifier: Apache-2.0
"""A file on the host."""

from __future__ import annotations

import dataclasses

ROOT = ('root', 'root')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file on the host.

    :ivar path: where it belongs
    :ivar owner: user and group that it belongs to in the end; of several
        groups with commas between them the first that is there
    :ivar staged: whether the set-up puts it there
    """

    path: str
    text: str = dataclasses.field(repr=False)
    mode: str = '0644'
    owner: tuple[str, str] = ROOT
    staged: bool = False
