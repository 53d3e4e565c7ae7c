# SPDX-License-Identifier: Apache-2.0
"""A text that is not to be seen."""

from __future__ import annotations

import hmac

#: What is shown instead.
MASK = '***'


class Secret:
    """Holds a text and shows ``***`` wherever it is printed.

    It is no ``str`` on purpose: what would write it somewhere by accident
    (``json.dumps``, ``str.join``, a YAML dump) fails instead.
    """

    __slots__ = ('_text',)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))
