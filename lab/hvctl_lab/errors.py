# SPDX-License-Identifier: Apache-2.0
"""The one error of the lab that a person reads."""

from __future__ import annotations


class LabError(Exception):
    """Something that its message explains in a sentence."""
