# SPDX-License-Identifier: Apache-2.0
"""The command hvctl-lab, and the only place of the lab that prints.

What needs an installed package is imported by the call that uses it:
when a package is missing, a sentence says so.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
import os
import shlex
import sys
import time

from hvctl_lab import errors
from hvctl_lab import lock
from hvctl_lab import paths
from hvctl_lab import releases
from hvctl_lab import requirements

_MIB = 1024**2

#: Whatever the caller's umask, the machines' users must read what is made
#: here.  Private files are made with a mode of their own.
_UMASK = 0o022


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one call of the command.

    :param arguments: the command line, by default the process's own
    :returns: the exit status
    """
    options = _parser().parse_args(arguments)
    try:
        lab = paths.Lab.from_environment()
        requirements.check_root()
    except (errors.LabError, ValueError) as error:
        return _fail(str(error))
    options.umask = os.umask(_UMASK)
    try:
        return int(options.call(lab, options))
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as error:
        if (error.name or '').startswith('hvctl_lab'):
            raise
        return _fail(
            f'the Python package {error.name} is missing; run: '
            f'{sys.executable} -m pip install hvctl-lab'
        )
    except errors.LabError as error:
        return _fail(str(error))
    except Exception as error:
        from hvctl_lab import trouble

        explained = trouble.explain(lab, error)
        if explained is None:
            raise
        return _fail(explained)


def _fail(text: str) -> int:
    print(f'hvctl-lab: {text}', file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='hvctl-lab',
        description=(
            'A real OpenStack with bare-metal nodes that boot, on this '
            'machine and on loopback only.'
        ),
        epilog=(
            f'{paths.DIRECTORY_VARIABLE} (default {paths.DEFAULT_DIRECTORY}), '
            f'{paths.CACHE_VARIABLE} (default {paths.DEFAULT_CACHE}) and '
            f'{paths.PORT_BASE_VARIABLE} (default {paths.DEFAULT_PORT_BASE}) '
            'tell several clouds on one machine apart.'
        ),
    )
    calls = parser.add_subparsers(metavar='<call>', required=True)

    up = calls.add_parser('up', help='bring the cloud up')
    up.add_argument(
        '--nodes',
        type=_node_count,
        metavar='<number>',
        help='bare-metal nodes that there are to be at least (6 at first)',
    )
    up.add_argument(
        '--real',
        action='store_true',
        help=(
            'have what hypervisors need whose guests really run: the profile '
            '"real" (the first time takes minutes)'
        ),
    )
    up.add_argument(
        '--release',
        choices=releases.names(),
        help=(
            "the services' release of OpenStack; a lab stays with the one it "
            f'was made with, by default {releases.LATEST}'
        ),
    )
    up.set_defaults(call=_up)

    run = calls.add_parser(
        'run', help='bring the cloud up if needed, then run a command on it'
    )
    run.add_argument('command', nargs='+', metavar='<command>')
    run.set_defaults(call=_run, nodes=None, real=False, release=None)

    env = calls.add_parser(
        'env', help="print the cloud's environment for a shell"
    )
    env.set_defaults(call=_env)

    status = calls.add_parser('status', help='show processes and nodes')
    status.set_defaults(call=_status)

    down = calls.add_parser('down', help='stop everything, keep the data')
    down.set_defaults(call=_down)

    destroy = calls.add_parser(
        'destroy', help='stop everything and remove the data'
    )
    destroy.set_defaults(call=_destroy)
    return parser


def _node_count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= paths.MAX_NODES:
        raise argparse.ArgumentTypeError(
            f'{text} is not a number from 1 to {paths.MAX_NODES}'
        )
    return int(text)


class _Progress:
    """Prints what is being done, and for how long it has been going on."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, text: str) -> None:
        passed = time.monotonic() - self._start
        print(f'[{passed:4.0f} s] {text}', file=sys.stderr, flush=True)

    def waiting(self) -> None:
        """Print that another call is at work."""
        self('waiting for another hvctl-lab to finish')


def _up(lab: paths.Lab, options: argparse.Namespace) -> int:
    from hvctl_lab import up

    progress = _Progress()
    with lock.of_lab(lab, progress.waiting):
        up.up(
            lab,
            options.nodes,
            progress,
            release=options.release,
            real=options.real,
        )
    progress('the cloud is up')
    return 0


def _run(lab: paths.Lab, options: argparse.Namespace) -> int:
    from hvctl_lab.services import clients

    _up(lab, options)
    variables = os.environ | clients.environment(lab)
    path = os.environ.get('PATH', os.defpath)
    variables['PATH'] = f'{clients.PROGRAMS}:{path}'
    os.umask(options.umask)
    try:
        os.execvpe(options.command[0], options.command, variables)
    except OSError as error:
        raise errors.LabError(
            f'{options.command[0]}: {error.strerror}'
        ) from error


def _env(lab: paths.Lab, _options: argparse.Namespace) -> int:
    from hvctl_lab import handover
    from hvctl_lab.services import clients

    if not lab.clouds_yaml.exists():
        raise errors.LabError('there is no cloud yet; run: hvctl-lab up')
    variables = clients.environment(lab, handover.copies(lab))
    for name, value in variables.items():
        print(f'export {name}={shlex.quote(value)}')
    return 0


def _status(lab: paths.Lab, _options: argparse.Namespace) -> int:
    from hvctl_lab import status

    lines = status.programs(lab)
    nodes = status.nodes(lab) if status.can_ask_ironic(lines) else []
    for line in (*lines, *nodes):
        print(
            f'{line.name:20} {line.state:34} '
            f'{line.memory // _MIB:5} MiB  {line.log}'
        )
    total = sum(line.memory for line in (*lines, *nodes))
    print(f'{"total":20} {"":34} {total // _MIB:5} MiB')
    return 0 if all(line.up for line in lines) else 1


def _down(lab: paths.Lab, _options: argparse.Namespace) -> int:
    from hvctl_lab import down

    progress = _Progress()
    with lock.of_lab(lab, progress.waiting):
        down.down(lab, progress)
    return 0


def _destroy(lab: paths.Lab, _options: argparse.Namespace) -> int:
    from hvctl_lab import down

    progress = _Progress()
    with lock.of_lab(lab, progress.waiting):
        down.destroy(lab, progress)
    return 0
