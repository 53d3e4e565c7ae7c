# SPDX-License-Identifier: Apache-2.0
"""Compiles the modules that only machines import.

Machines see the virtualenv read-only and cannot write byte code.  What the
services import they compile themselves, and some installers compile all.
"""

from __future__ import annotations

import importlib.util
import pathlib

from hvctl_lab import execution
from hvctl_lab import paths

#: What a machine runs, and what Nova imports by name at run time.
_MODULES = (
    'hvctl_lab.host.compute',
    'hvctl_lab.host.driver',
    'hvctl_lab.host.agent',
    'nova.compute.manager',
)


def missing() -> bool:
    """Return whether there is something to compile."""
    return not all(_compiled(module) for module in _MODULES)


def make(lab: paths.Lab) -> None:
    """Import the modules, with which Python compiles them.

    :param lab: the lab
    :raises LabError: when one cannot be imported
    """
    execution.run(
        lab, [str(lab.python), '-c', f'import {", ".join(_MODULES)}']
    )


def _compiled(module: str) -> bool:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return True
    cached = importlib.util.cache_from_source(spec.origin)
    return pathlib.Path(cached).exists()
