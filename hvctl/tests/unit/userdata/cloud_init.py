# SPDX-License-Identifier: Apache-2.0
"""The distribution's cloud-init, where it is installed."""

from __future__ import annotations

from collections.abc import Iterable
import json
import pathlib
import subprocess
import tempfile

#: The distribution's Python, which has the distribution's cloud-init.
PYTHON = '/usr/bin/python3'

#: What ``cloud-init schema --config-file`` does, for many files in one go.
VALIDATE = """
import json, sys
from cloudinit.config import schema
known = schema.get_schema()
answers = []
for name in sys.argv[1:]:
    try:
        schema.validate_cloudconfig_file(name, known)
    except Exception as error:
        answers.append(str(error))
print(json.dumps(answers))
"""


def is_there() -> bool:
    """Tell whether it is installed."""
    return (
        pathlib.Path(PYTHON).exists()
        and not subprocess.run(
            [PYTHON, '-c', 'import cloudinit'], capture_output=True
        ).returncode
    )


def complaints(texts: Iterable[str]) -> list[str]:
    """Say what it has against cloud-configs.

    :param texts: the cloud-configs
    """
    with tempfile.TemporaryDirectory() as directory:
        files = []
        for number, text in enumerate(sorted(set(texts))):
            path = pathlib.Path(directory, str(number))
            path.write_text(text)
            files.append(str(path))
        done = subprocess.run(
            [PYTHON, '-c', VALIDATE, *files], capture_output=True, text=True
        )
    if done.returncode or done.stderr:
        return [done.stderr]
    found: list[str] = json.loads(done.stdout)
    return found
