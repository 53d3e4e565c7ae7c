# SPDX-License-Identifier: Apache-2.0
"""Brings a lab up, from nothing or from whatever is there.

Every step does only what is missing, so the next call finishes what one that
was killed began.
"""

from __future__ import annotations

import concurrent.futures
import pathlib

from hvctl_lab import bytecode
from hvctl_lab import configuration
from hvctl_lab import credentials
from hvctl_lab import databases
from hvctl_lab import differences
from hvctl_lab import leftovers
from hvctl_lab import paths
from hvctl_lab import readiness
from hvctl_lab import realness
from hvctl_lab import releases
from hvctl_lab import requirements
from hvctl_lab import supervision
from hvctl_lab.bootstrap import connection
from hvctl_lab.bootstrap import identity
from hvctl_lab.bootstrap import nodes
from hvctl_lab.bootstrap import resources
from hvctl_lab.metal import disk
from hvctl_lab.metal import guest_image
from hvctl_lab.metal import image
from hvctl_lab.metal import variants
from hvctl_lab.reporting import Report
from hvctl_lab.services import clients
from hvctl_lab.services import keystone
from hvctl_lab.services import mariadb
from hvctl_lab.services import nova
from hvctl_lab.services import placement
from hvctl_lab.services import profiles
from hvctl_lab.services import rabbitmq

DEFAULT_NODES = 6


def up(
    lab: paths.Lab,
    count: int | None,
    report: Report,
    *,
    release: str | None = None,
    real: bool = False,
) -> None:
    """Bring the lab up; the caller holds its lock.

    :param lab: the lab
    :param count: how many nodes there must be at least; None for those that
        there are, or the usual number in a new lab
    :param report: told what is being done
    :param release: of the services; None for that of the lab
    :param real: whether hypervisors with real guests are to be possible,
        from now on
    :raises LabError: when something is missing or does not start
    """
    release = releases.choose(lab, release)
    lab = releases.install(lab, release, report)
    known = _nodes_made(lab)
    wanted = max(known, count or (0 if known else DEFAULT_NODES))
    running = supervision.is_up(lab)
    if not running:
        leftovers.end(lab)
        requirements.check(lab)
    databases.check(lab)
    complete = running and wanted == known and readiness.all_answer(lab)
    if complete and not real:
        return
    if real:
        requirements.check_real(release)
        realness.want(lab)
    releases.remember(lab, release)
    secrets = credentials.load(lab)
    # The services read theirs when they start, and the profiles are not
    # theirs.
    if not running or real:
        configuration.write(lab, secrets)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        # Building the image takes longest, and only machines need it.
        built = pool.submit(_prepare_machines, lab, report)
        disk.prepare(lab)
        _start_services(lab, secrets, report, new=not known)
        _fill(lab, known, wanted, report)
        if not built.done():
            report('waiting for the node image')
        built.result()
    if realness.wanted(lab):
        report('making what real guests need')
        profiles.ensure_authorities(lab)
        resources.make_real(
            connection.connect(lab, clients.ADMIN_CLOUD), guest_image.path(lab)
        )


def _prepare_machines(lab: paths.Lab, report: Report) -> None:
    image.ensure(lab, variants.PRETENDED, report)
    if realness.wanted(lab):
        image.ensure(lab, variants.REAL, report)
        guest_image.ensure(lab, report)
    if bytecode.missing():
        bytecode.make(lab)


def _start_services(
    lab: paths.Lab,
    secrets: credentials.Credentials,
    report: Report,
    *,
    new: bool,
) -> None:
    if not databases.exist(lab):
        if not databases.template(lab).exists():
            report('making the database schemas, once')
            databases.make_template(lab)
        databases.make(lab)
    report('starting MariaDB and RabbitMQ')
    if not supervision.is_up(lab):
        supervision.launch(lab)
    supervision.start(
        lab, [program.name for program in configuration.infrastructure(lab)]
    )
    readiness.wait(lab, [mariadb.PROGRAM])
    if new:
        report('making the administrator')
        identity.begin(lab, secrets)
    report('starting Keystone and Placement')
    supervision.start(lab, [keystone.PROGRAM, placement.PROGRAM])
    readiness.wait(lab, [keystone.PROGRAM, rabbitmq.PROGRAM])
    if new:
        report('making users and the service catalogue')
        identity.complete(
            connection.connect(lab, clients.ADMIN_CLOUD), lab, secrets
        )
    # Not before: a service that misses another one in the catalogue never
    # looks again, and Nova's conductor and scheduler ask Placement when they
    # start, and end where it does not answer.
    readiness.wait(lab, [placement.PROGRAM])
    report('starting the services')
    supervision.start(lab, _all_but_compute(lab))


def _all_but_compute(lab: paths.Lab) -> list[str]:
    # Started before the conductor it would wait for long, and before there
    # are nodes it would find nothing to manage.
    return [
        program.name
        for program in configuration.services(lab)
        if program.name != nova.COMPUTE
    ]


def _fill(lab: paths.Lab, known: int, wanted: int, report: Report) -> None:
    report('waiting for the services to answer')
    readiness.wait(lab, _all_but_compute(lab))
    admin = connection.connect(lab, clients.ADMIN_CLOUD)
    # One request alone: when the very first ones came together, Neutron
    # was seen to answer that there is no network.
    list(admin.network.networks())
    if not known:
        report('making networks, images and flavors')
        resources.make(admin, lab)
    system = connection.connect(lab, clients.SYSTEM_CLOUD)
    names = configuration.node_names(wanted)
    if wanted > known:
        report(f'enrolling nodes up to {names[-1]}')
        # Else list --long and show had nothing of the nodes but their ids.
        lends = differences.lends_nodes(releases.path(lab))
        owner = None if lends else admin.current_project_id
        nodes.enrol(system, names, owner)
        nodes.provide(system, names)
    nodes.power_on(system, lab)
    supervision.start(lab, [nova.COMPUTE])
    report('waiting for Nova to know the nodes')
    readiness.wait(lab, [nova.COMPUTE])
    nodes.wait_for_nova(admin, system, names)
    _remember_nodes(lab, wanted)


def _nodes_made(lab: paths.Lab) -> int:
    """Return how many nodes complete runs have made."""
    file = _marker(lab)
    return int(file.read_text()) if file.exists() else 0


def _remember_nodes(lab: paths.Lab, count: int) -> None:
    credentials.write_private(_marker(lab), f'{count}\n')


def _marker(lab: paths.Lab) -> pathlib.Path:
    return lab.state / 'nodes'
