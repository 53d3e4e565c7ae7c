# SPDX-License-Identifier: Apache-2.0
"""How the lab says what it is doing, without printing it itself."""

from __future__ import annotations

from collections.abc import Callable

#: Takes what is being done, in a few words.
Report = Callable[[str], None]
