# SPDX-License-Identifier: Apache-2.0
"""The words for how a hypervisor's part of a run ended."""

from __future__ import annotations

from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code, OutcomeCode

WORDS: dict[Code, Words] = {
    OutcomeCode.REQUEST_FAILED: Words('{message}'),
}
