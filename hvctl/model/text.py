# SPDX-License-Identifier: Apache-2.0
"""What the services say, as a part of our own sentences."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return a text as one line that ends without a full stop."""
    return ' '.join(text.split()).rstrip('. ')
