# SPDX-License-Identifier: Apache-2.0
"""Stable codes of what hvctl has to say, for scripts to tell it by.

A code never changes its meaning.  The words for each are in
``hvctl/decide/wording``.
"""

from __future__ import annotations

import enum


class StatusCode(enum.StrEnum):
    """Why a hypervisor is in its phase, or what is waited for there."""


class OutcomeCode(enum.StrEnum):
    """How a hypervisor's part of a run ended."""

    REQUEST_FAILED = 'request-failed'
    """A service refused a request for good, or could not be asked."""


class GuestCode(enum.StrEnum):
    """Why a guest stays, waits, or has gone as it has."""


Code = StatusCode | OutcomeCode | GuestCode
