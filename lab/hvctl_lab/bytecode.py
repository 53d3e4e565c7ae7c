# SPDX-License-Identifier: Apache-2.0
"""Compiles what only machines import, as they cannot write byte code.

They see the virtualenv read-only.  The services compile what they import
themselves, and some installers compile everything.
"""

from __future__ import annotations

import importlib.util
import pathlib

from hvctl_lab import execution
from hvctl_lab import paths

#: What a machine runs, and what Nova imports by a name of its own.
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
    """Import the modules in the way that compiles them.

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
