# SPDX-License-Identifier: Apache-2.0
"""The distribution's cloud-init, where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
import json
import pathlib
import subprocess

#: The distribution's Python, which has the distribution's cloud-init.
PYTHON = '/usr/bin/python3'

#: What ``cloud-init schema --config-file`` does, for many files in one go.
VALIDATE = """
import json, pathlib, sys, tempfile
from cloudinit.config import schema
known = schema.get_schema()
answers = []
with tempfile.TemporaryDirectory() as directory:
    file = pathlib.Path(directory, 'config')
    for text in json.load(sys.stdin):
        file.write_text(text)
        try:
            schema.validate_cloudconfig_file(str(file), known)
        except Exception as error:
            answers.append(str(error))
print(json.dumps(answers))
"""

#: Does with user-data what cloud-init does with it at boot, up to the point
#: where it would be carried out.
MERGE = """
import json, pathlib, sys
from cloudinit import handlers, helpers, user_data
from cloudinit.handlers import cloud_config, jinja_template, shell_script
def merge(root, text):
    paths = helpers.Paths({'cloud_dir': root, 'run_dir': root})
    pathlib.Path(root, 'instance/scripts').mkdir(parents=True)
    pathlib.Path(paths.get_runpath('instance_data_sensitive')).write_text(
        '{"v1": {"region": "here"}}')
    message = user_data.UserDataProcessor(paths).process(text.encode())
    paths.get_ipath = lambda name=None: root + '/merged'
    config = cloud_config.CloudConfigPartHandler(paths)
    script = shell_script.ShellScriptPartHandler(paths)
    template = jinja_template.JinjaTemplatePartHandler(
        paths, sub_handlers=[config, script])
    registered = helpers.ContentHandlers()
    for handler in (config, script, template):
        registered.register(handler, initialized=True)
        handlers.call_begin(handler, None, 'always')
    handlers.walk(message, handlers.walker_callback, data={
        'handlers': registered, 'handlerdir': root, 'data': None,
        'frequency': 'always', 'handlercount': 0, 'excluded': []})
    for handler in (script, template, config):
        handlers.call_end(handler, None, 'always')
    return pathlib.Path(root, 'merged').read_text()
print(json.dumps([
    merge(f'{sys.argv[1]}/{number}', text)
    for number, text in enumerate(json.load(sys.stdin))
]))
"""


def is_there() -> bool:
    """Tell whether it is installed."""
    return (
        pathlib.Path(PYTHON).exists()
        and not subprocess.run(
            [PYTHON, '-c', 'import cloudinit'], capture_output=True
        ).returncode
    )


def complaints(texts: Sequence[str], inside: Sequence[str] = ()) -> list[str]:
    """Say what it has against cloud-configs.

    :param texts: the cloud-configs
    :param inside: the command that runs another in some other root directory
    """
    done = _run((*inside, PYTHON, '-c', VALIDATE), sorted(set(texts)))
    # It prints what it knows, and will not know some day.
    *others, last = done.splitlines()
    found: list[str] = json.loads(last)
    return [*others, *found]


def merged(
    documents: Sequence[str],
    directory: pathlib.Path,
    inside: Sequence[str] = (),
) -> list[str]:
    """Return the one cloud-config that it makes of each user-data.

    :param documents: the user-data
    :param directory: an empty one, for what else it makes of them
    :param inside: as above
    """
    done = _run((*inside, PYTHON, '-c', MERGE, str(directory)), documents)
    found: list[str] = json.loads(done)
    return found


def _run(command: Sequence[str], texts: Sequence[str]) -> str:
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True
    )
    if done.returncode or done.stderr:
        raise AssertionError(done.stderr)
    return done.stdout
