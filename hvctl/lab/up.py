# SPDX-License-Identifier: Apache-2.0

"""Brings a lab up, from nothing or from whatever is there."""

import concurrent.futures
import http.client
import socket
from collections.abc import Callable
from collections.abc import Iterable

from hvctl.lab import configuration
from hvctl.lab import credentials
from hvctl.lab import databases
from hvctl.lab import errors
from hvctl.lab import paths
from hvctl.lab import programs
from hvctl.lab import supervision
from hvctl.lab import waiting
from hvctl.lab.bootstrap import connection
from hvctl.lab.bootstrap import identity
from hvctl.lab.bootstrap import nodes
from hvctl.lab.bootstrap import resources
from hvctl.lab.services import clients
from hvctl.lab.services import ironic
from hvctl.lab.services import keystone
from hvctl.lab.services import nova

#: Says what is being done, to whoever watches.
Report = Callable[[str], None]

#: How long a program may take to answer.
_START_TIMEOUT = 120


def up(lab: paths.Lab, count: int, report: Report) -> None:
    secrets = credentials.load(lab)
    if not supervision.is_up(lab):
        configuration.write(lab, secrets)
    if not databases.exist(lab):
        if not databases.template(lab).exists():
            report('making the database schemas')
            databases.make_template(lab)
        report('databases')
        databases.make(lab)
    if not supervision.is_up(lab):
        supervision.launch(lab)
    report('starting MariaDB and RabbitMQ')
    _start(lab, configuration.infrastructure(lab))
    report('keystone bootstrap')
    waiting.until(lambda: databases.answers(lab), timeout=30, what='MariaDB')
    identity.begin(lab, secrets)
    report('keystone')
    ks = keystone.all_programs(lab)
    _start(lab, ks)
    rest = [
        program
        for program in configuration.services(lab)
        if program.name != nova.COMPUTE
    ]
    supervision.start(lab, [program.name for program in rest])
    report('identity')
    identity.complete(
        connection.connect(lab, clients.ADMIN_CLOUD), lab, secrets
    )
    # New ones: a token carries the catalogue of the moment it was made.
    admin = connection.connect(lab, clients.ADMIN_CLOUD)
    system = connection.connect(lab, clients.SYSTEM_CLOUD)
    report('waiting')
    _start(lab, rest)
    report('resources')
    resources.make_networks(admin)
    report('images')
    resources.make_images(admin)
    report('compute')
    resources.make_compute(admin, lab)
    report('nodes')
    names = configuration.node_names(count)
    nodes.enrol(system, names)
    nodes.provide(system, names)
    report('nova-compute')
    supervision.start(lab, [nova.COMPUTE])
    report('done')


def _start(lab: paths.Lab, started: Iterable[programs.Program]) -> None:
    waited = {program.name: program for program in started}
    supervision.start(lab, waited)

    def ready() -> bool:
        known = supervision.processes(lab)
        for name, program in list(waited.items()):
            process = known[name]
            if process.dead:
                raise errors.LabError(f'{name}: {process.reason}')
            if process.running and _answers(program):
                del waited[name]
        return not waited

    waiting.until(
        ready, timeout=_START_TIMEOUT, what=', '.join(waited)
    )


def _answers(program: programs.Program) -> bool:
    if not program.port:
        return True
    try:
        if not program.path:
            with socket.create_connection((paths.HOST, program.port), 1):
                return True
        client = http.client.HTTPConnection(paths.HOST, program.port, timeout=5)
        client.request('GET', program.path)
        return client.getresponse().status < 500
    except OSError:
        return False
