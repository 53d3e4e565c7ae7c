# SPDX-License-Identifier: Apache-2.0
"""Explains in one line an error of a service or of the system.

Any other error is a mistake in the lab, whose traceback is wanted.
"""

from __future__ import annotations

import re
import subprocess

from hvctl_lab import configuration
from hvctl_lab import paths

#: The packages whose errors are explained.  By name, since few calls import
#: all of them.
_PACKAGES = {'amqp', 'http', 'keystoneauth1', 'openstack', 'pymysql', 'xmlrpc'}

_SYSTEM = (OSError, subprocess.SubprocessError)


def explain(lab: paths.Lab, error: Exception) -> str | None:
    """Explain an error, and name the log to read.

    :param lab: the lab
    :param error: what a call ended with
    :returns: one line; None for a mistake in the lab
    """
    origins = {kind.__module__.partition('.')[0] for kind in type(error).mro()}
    if not isinstance(error, _SYSTEM) and not origins & _PACKAGES:
        return None
    said = ' '.join(str(error).split()) or type(error).__name__
    return f'{said.rstrip(".")}; see {_log(lab, said)}'


def _log(lab: paths.Lab, said: str) -> str:
    """Choose the log of the program whose address is named."""
    ports = {int(found) for found in re.findall(rf'{paths.HOST}:(\d+)', said)}
    for program in configuration.programs_of(lab):
        if program.port in ports:
            return str(lab.log(program.name))
    return f'the logs in {lab.logs}'
