# SPDX-License-Identifier: Apache-2.0
"""What the steps that succeeded say."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step that succeeded says.

    :ivar changed: whether it changed anything
    :ivar made: by kind, the ids that a later step of its lane needs and could
        not find by itself: a test guest's port
    :ivar answer: what it was told, for a step that asks, and the id of a
        server that it made
    """

    changed: bool = True
    made: dict[str, str] = dataclasses.field(default_factory=dict)
    answer: str = ''
