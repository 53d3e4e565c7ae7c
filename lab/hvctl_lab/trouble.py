# SPDX-License-Identifier: Apache-2.0
"""Puts into one line what a service or the system has answered.

Only what comes from outside of this program is put so; anything else is a
mistake of ours, and its traceback is wanted.
"""

from __future__ import annotations

import re
import subprocess

from hvctl_lab import configuration
from hvctl_lab import paths

#: Where the errors of what the lab talks to come from.  By name, since few
#: calls import all of them.
_PACKAGES = {'amqp', 'http', 'keystoneauth1', 'openstack', 'pymysql', 'xmlrpc'}

_SYSTEM = (OSError, subprocess.SubprocessError)


def explain(lab: paths.Lab, error: Exception) -> str | None:
    """Return what was answered, and where more about it can be read.

    :param lab: the lab
    :param error: what a call ended with
    :returns: one line; None for a mistake of this program
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
