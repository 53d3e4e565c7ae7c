# SPDX-License-Identifier: Apache-2.0
"""The type of what receives progress: only the command prints."""

from __future__ import annotations

from collections.abc import Callable

#: Called with what is being done, in a few words.
Report = Callable[[str], None]
