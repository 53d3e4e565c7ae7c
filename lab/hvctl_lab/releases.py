# SPDX-License-Identifier: Apache-2.0
"""Knows of which releases of OpenStack a lab can be.

The services of the newest are those of the virtualenv that hvctl-lab runs in.
Those of any other release are in a virtualenv of their own in the cache, with
exactly the packages of ``constraints/<release>.txt``, and with this lab's code
beside them, as they load parts of it.  The client is the usual one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import pathlib
import shutil
import subprocess
import sys
import sysconfig

from hvctl_lab import cache
from hvctl_lab import errors
from hvctl_lab import paths
from hvctl_lab.reporting import Report
from hvctl_lab.services import mariadb

#: Whatever is installed with hvctl-lab.
LATEST = 'latest'

_CODE = pathlib.Path(__file__).parent
_CONSTRAINTS = _CODE / 'constraints'

#: In a virtualenv: which source of this lab's code it was made for.
_SOURCE = '.source'

#: The last lines of pip that an error shows.
_TAIL = 15


def names() -> tuple[str, ...]:
    """Return all releases, the oldest first."""
    return (*sorted(file.stem for file in _CONSTRAINTS.iterdir()), LATEST)


def choose(lab: paths.Lab, wanted: str | None) -> str:
    """Return the release of a lab.

    :param lab: the lab
    :param wanted: the one that is asked for; None for what the lab is of
    :returns: the release
    :raises LabError: when the lab has data of another one
    """
    file = _marker(lab)
    made = file.read_text() if file.exists() else LATEST
    if wanted in (None, made):
        return made
    if mariadb.data(lab).exists():
        raise errors.LabError(
            f'the lab in {lab.directory} is of release {made}; run: hvctl-lab '
            f'destroy, or for one beside it: export '
            f'{paths.DIRECTORY_VARIABLE}={lab.directory}-{wanted} '
            f'{paths.PORT_BASE_VARIABLE}={lab.port_base + 100}'
        )
    return str(wanted)


def remember(lab: paths.Lab, release: str) -> None:
    """Make a lab one of a release, from the next run of ``up`` on."""
    lab.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    _marker(lab).write_text(release)


def install(lab: paths.Lab, release: str, report: Report) -> paths.Lab:
    """Install the services of a release, unless they are there.

    :param lab: the lab
    :param release: the release
    :param report: told what is being done
    :returns: the lab with these services
    :raises LabError: when they cannot be installed
    """
    if release == LATEST:
        return lab
    prefix = lab.cache / f'services-{release}-{_recipe(release)}'

    def build(target: pathlib.Path) -> None:
        report(f'installing the services of {release}, a minute or two')
        _remove_abandoned(lab.cache)
        run(sys.executable, '-m', 'venv', str(target))
        (target / _SOURCE).write_text(str(_project()))
        pip = (str(target / 'bin/python'), '-m', 'pip', 'install', '--no-deps')
        run(*pip, '--requirement', str(constraints(release)))
        run(*pip, '--editable', str(_project()))

    cache.build_in_place(prefix, 'services', build)
    return dataclasses.replace(lab, prefix=prefix)


def _remove_abandoned(directory: pathlib.Path) -> None:
    """Remove the services of clones that are gone, as CI's are."""
    for source in directory.glob(f'services-*/{_SOURCE}'):
        if not pathlib.Path(source.read_text()).exists():
            shutil.rmtree(source.parent)


def version(lab: paths.Lab, package: str) -> str:
    """Return the version of one of the services' packages.

    :param lab: the lab, its services installed
    :param package: the package
    """
    found = importlib.metadata.distributions(name=package, path=path(lab))
    return next(iter(found)).version


def path(lab: paths.Lab) -> list[str]:
    """Return the directories that the services' packages are in.

    :param lab: the lab, its services installed
    """
    if lab.prefix == pathlib.Path(sys.prefix):
        return sys.path
    base = {'base': str(lab.prefix), 'platbase': str(lab.prefix)}
    return [sysconfig.get_path('purelib', 'venv', base)]


def constraints(release: str) -> pathlib.Path:
    """Return the list of what the services of a release need."""
    return _CONSTRAINTS / f'{release}.txt'


def _recipe(release: str) -> str:
    """Hash all that decides what is in a virtualenv."""
    project = _project()
    facts = (
        constraints(release).read_text(),
        (project / 'pyproject.toml').read_text(),
        str(project),
        sys.base_prefix,
        sys.version,
    )
    return hashlib.sha256('\0'.join(facts).encode()).hexdigest()[:12]


def _project() -> pathlib.Path:
    """Return the directory that this lab's code is installed from."""
    project = _CODE.parent
    if not (project / 'pyproject.toml').exists():
        raise errors.LabError(
            'services of another release need the source of hvctl-lab; run, '
            f'in a clone: {sys.executable} -m pip install --editable ./lab'
        )
    return project


def run(*command: str) -> None:
    """Run an installer to its end.

    :param command: the program and its arguments
    :raises LabError: when it fails, with what it said last
    """
    # With the user's environment, which may say where packages are.
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        said = '\n'.join(result.stdout.splitlines()[-_TAIL:])
        raise errors.LabError(f'{" ".join(command)} failed:\n{said}')


def _marker(lab: paths.Lab) -> pathlib.Path:
    return lab.state / 'release'
