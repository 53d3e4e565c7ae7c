# SPDX-License-Identifier: Apache-2.0
"""What a guest that tries a hypervisor out has to show."""

from __future__ import annotations

import enum


class Answer(enum.StrEnum):
    """What a test guest must show beside being ACTIVE."""

    NONE = 'none'
    CONSOLE = 'console'
    """Something in its console log."""
    ADDRESS = 'address'
    """An answer to a ping from where the command runs."""
