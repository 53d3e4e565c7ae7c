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
    """

    request: CreateRequest

    @property
    def has_hold(self) -> bool:
        """Whether a hold keeps it closed: its compute node id is chosen."""
        return self.request.hypervisors[self.hv.name].compute_id is not None

    @property
    def compute_id(self) -> str | None:
        """The chosen compute node id; what an earlier run chose goes on."""
        chosen = self.request.hypervisors[self.hv.name].compute_id
        return chosen and (self.hv.compute_id or chosen)
