# SPDX-License-Identifier: Apache-2.0
"""Shows the end of a program's log."""

from __future__ import annotations

from hvctl_lab import paths

_LINES = 15


def tail(lab: paths.Lab, program: str) -> str:
    """Return the last lines that a program wrote.

    :param lab: the lab
    :param program: the program's name
    :returns: a heading with the file's name and the lines, indented
    """
    file = lab.log(program)
    text = file.read_text(errors='replace') if file.exists() else ''
    lines = text.rstrip().splitlines()[-_LINES:]
    return '\n'.join(
        [f'The last lines of {file}:', *(f'  {line}' for line in lines)]
    )
