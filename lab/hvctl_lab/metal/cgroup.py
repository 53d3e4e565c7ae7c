# SPDX-License-Identifier: Apache-2.0
"""Keeps each machine in control groups of its own.

Two systemds must not share a group: each would take the other's services
for its own.  The groups also tell whether anything of a machine still runs.
"""

from __future__ import annotations

import pathlib

from hvctl_lab import errors
from hvctl_lab import paths


class CgroupError(errors.LabError):
    """There is no control group hierarchy that a machine can use."""


def enter(lab: paths.Lab, name: str) -> None:
    """Move this process into new groups for a machine.

    :param lab: the embedded cloud
    :param name: the node's name
    :raises CgroupError: when no hierarchy is there or writable
    """
    groups = [
        own / f'hvctl-lab-{lab.port_base}-{name}' for own in _own_groups()
    ]
    if not groups:
        raise CgroupError('systemd has no control groups: /sys/fs/cgroup')
    lab.node(name).mkdir(parents=True, exist_ok=True)
    _record(lab, name).write_text(''.join(f'{group}\n' for group in groups))
    for group in groups:
        try:
            group.mkdir(exist_ok=True)
            (group / 'cgroup.procs').write_text('0')
        except OSError as error:
            raise CgroupError(
                f'cannot use a control group: {error}'
            ) from error


def populated(lab: paths.Lab, name: str) -> bool:
    """Return whether any process of a machine still runs."""
    return any(
        file.read_text()
        for group in _recorded(lab, name)
        for file in group.rglob('cgroup.procs')
    )


def remove(lab: paths.Lab, name: str) -> None:
    """Remove the groups of a machine that has ended."""
    for group in _recorded(lab, name):
        inner = (item for item in group.rglob('*') if item.is_dir())
        for directory in sorted(inner, reverse=True):
            directory.rmdir()
        group.rmdir()
    _record(lab, name).unlink(missing_ok=True)


def _own_groups() -> list[pathlib.Path]:
    """Find this process's groups in the hierarchies that systemd uses."""
    found = []
    for line in pathlib.Path('/proc/self/cgroup').read_text().splitlines():
        _, controllers, path = line.split(':', 2)
        if controllers == 'name=systemd':
            hierarchies = ['/sys/fs/cgroup/systemd']
        elif controllers == '':
            hierarchies = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']
        else:
            continue
        for hierarchy in hierarchies:
            own = pathlib.Path(hierarchy + path.rstrip('/'))
            if (own / 'cgroup.procs').exists():
                found.append(own)
    return found


def _record(lab: paths.Lab, name: str) -> pathlib.Path:
    return lab.node(name) / 'cgroups'


def _recorded(lab: paths.Lab, name: str) -> list[pathlib.Path]:
    try:
        lines = _record(lab, name).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [group for group in map(pathlib.Path, lines) if group.exists()]
