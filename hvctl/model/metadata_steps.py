# SPDX-License-Identifier: Apache-2.0
"""The steps that change what a server's metadata tells of its hypervisor."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses

from hvctl.model.steps import Step


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SetMetadata(Step):
    """Write into the server's metadata what somebody intends with it."""

    server_id: str
    metadata: Mapping[str, str] = dataclasses.field(hash=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UnsetMetadata(Step):
    """Take an item out of the server's metadata."""

    server_id: str
    key: str
