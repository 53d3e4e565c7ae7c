# SPDX-License-Identifier: Apache-2.0
"""The words for what becomes of a guest."""

from __future__ import annotations

from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code

WORDS: dict[Code, Words] = {}
