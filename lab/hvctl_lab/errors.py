# SPDX-License-Identifier: Apache-2.0
"""The error that the lab shows without a traceback."""

from __future__ import annotations


class LabError(Exception):
    """What went wrong, in a sentence for the person who called."""
