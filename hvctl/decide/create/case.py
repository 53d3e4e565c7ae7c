# SPDX-License-Identifier: Apache-2.0
"""Everything that create's decision about one name may read."""

from __future__ import annotations

import dataclasses

from hvctl.decide.case import Case
from hvctl.model.request import CreateRequest


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreateCase(Case):
    """Everything that create's decision about one name may read.

    :ivar request: what create was asked for
    :ivar compute_id: the compute node id that is chosen for it, or was by an
        earlier run; None without one, and then there is no hold either
    """

    request: CreateRequest
    compute_id: str | None
