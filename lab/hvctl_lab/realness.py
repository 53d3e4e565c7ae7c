# SPDX-License-Identifier: Apache-2.0
"""Remembers whether a lab has what real hypervisors need."""

from __future__ import annotations

import pathlib

from hvctl_lab import credentials
from hvctl_lab import paths


def wanted(lab: paths.Lab) -> bool:
    """Return whether the lab is one whose hypervisors can be real."""
    return _marker(lab).exists()


def want(lab: paths.Lab) -> None:
    """Make it one, from the next run of ``up`` on."""
    lab.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    credentials.write_private(_marker(lab), '')


def _marker(lab: paths.Lab) -> pathlib.Path:
    return lab.state / 'real'
