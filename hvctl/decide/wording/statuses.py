# SPDX-License-Identifier: Apache-2.0
"""The words for why a hypervisor is in its phase."""

from __future__ import annotations

from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code

WORDS: dict[Code, Words] = {}
