# SPDX-License-Identifier: Apache-2.0
"""Reaches addresses from where the command runs."""

from __future__ import annotations

import subprocess

from hvctl import exceptions
from hvctl.model.results import Done, Replied
from hvctl.model.steps import PingTestGuest

_SECONDS = 2


def ping(step: PingTestGuest) -> Done:
    """Send an address one echo request, with the system's own program.

    :returns: with an answer if there was one
    :raises CloudError: when there is no such program
    """
    try:
        result = subprocess.run(
            ['ping', '-c', '1', '-W', str(_SECONDS), step.address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=2 * _SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise exceptions.CloudError(
            'the health test wants an answer of an address, and there is no '
            'program ping here; install it (iputils-ping)'
        ) from error
    except subprocess.TimeoutExpired:
        return Done(changed=False)
    answered = result.returncode == 0
    return Done(changed=False, answer=Replied() if answered else None)
