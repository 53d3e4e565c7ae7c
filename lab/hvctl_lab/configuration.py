# SPDX-License-Identifier: Apache-2.0
"""Collects the programs of a lab and writes all of their files."""

from __future__ import annotations

import pathlib

from hvctl_lab import credentials
from hvctl_lab import ini
from hvctl_lab import paths
from hvctl_lab import programs
from hvctl_lab import realness
from hvctl_lab.services import clients
from hvctl_lab.services import glance
from hvctl_lab.services import ironic
from hvctl_lab.services import keystone
from hvctl_lab.services import mariadb
from hvctl_lab.services import neutron
from hvctl_lab.services import nova
from hvctl_lab.services import placement
from hvctl_lab.services import profiles
from hvctl_lab.services import rabbitmq

#: The supervisor's group of the machines.
NODE_GROUP = 'nodes'


def infrastructure(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Return the programs that the services need: database and broker."""
    return (mariadb.program(lab), *rabbitmq.all_programs(lab))


def services(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Return OpenStack's programs in starting order."""
    return (
        *keystone.all_programs(lab),
        *neutron.all_programs(lab),
        *nova.all_programs(lab),
        *ironic.all_programs(lab),
        *placement.all_programs(lab),
        *glance.all_programs(lab),
    )


def programs_of(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Return all programs but the machines."""
    return (*infrastructure(lab), *services(lab))


def node_names(count: int) -> tuple[str, ...]:
    """Return the names of the first bare-metal nodes."""
    return tuple(f'node-{index}' for index in range(count))


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Return every configuration file and its text."""
    return {
        supervisor_configuration(lab): ini.render(_supervisor(lab)),
        **rabbitmq.files(lab, secrets),
        **keystone.files(lab, secrets),
        **placement.files(lab, secrets),
        **glance.files(lab, secrets),
        **neutron.files(lab, secrets),
        **ironic.files(lab, secrets),
        **nova.files(lab, secrets),
        **clients.files(lab, secrets),
        **profiles.files(lab, secrets, real=realness.wanted(lab)),
    }


def write(lab: paths.Lab, secrets: credentials.Credentials) -> None:
    """Make the directories and the files that the programs need."""
    for directory in (
        lab.directory,
        lab.cache,
        lab.etc,
        lab.logs,
        lab.run,
        lab.state,
        lab.nodes,
        lab.state / 'rabbitmq',
        *(
            lab.state / service / 'locks'
            for service in (
                'glance',
                'neutron',
                'ironic',
                'nova',
                nova.COMPUTE,
            )
        ),
        # supervisord refuses a log file in a directory that is not there.
        *(lab.node(name) for name in node_names(paths.MAX_NODES)),
    ):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Other users must reach `users`; all else in it is closed to them.
    lab.directory.chmod(0o711)
    for file, text in files(lab, secrets).items():
        credentials.write_private(file, text)


def supervisor_configuration(lab: paths.Lab) -> pathlib.Path:
    """Return the path of supervisord's configuration."""
    return lab.etc / 'supervisord.conf'


def _supervisor(lab: paths.Lab) -> ini.Sections:
    sections: dict[str, ini.Options] = {
        'supervisord': {
            'user': 'root',
            'nodaemon': False,
            'directory': str(lab.directory),
            'logfile': str(lab.log('supervisord')),
            'logfile_maxbytes': 0,
            'pidfile': str(lab.run / 'supervisord.pid'),
            'minfds': 8192,
        },
        'unix_http_server': {
            'file': str(lab.supervisor_socket),
            'chmod': '0600',
        },
        'rpcinterface:supervisor': {
            'supervisor.rpcinterface_factory': (
                'supervisor.rpcinterface:make_main_rpcinterface'
            ),
        },
    }
    for program in programs_of(lab):
        sections[f'program:{program.name}'] = _service(lab, program)
    sections[f'program:{NODE_GROUP}'] = _nodes(lab)
    return sections


def _service(lab: paths.Lab, program: programs.Program) -> ini.Options:
    return {
        'command': ' '.join(_quoted(word) for word in program.command),
        'environment': _environment(program.environment),
        'autostart': False,
        'autorestart': True,
        'startsecs': 1,
        'startretries': 3,
        'stopasgroup': True,
        'killasgroup': True,
        # Some services never end on SIGTERM; database and broker do.
        'stopwaitsecs': 30 if program in infrastructure(lab) else 4,
        'redirect_stderr': True,
        'stdout_logfile': _escaped(str(lab.log(program.name))),
        'stdout_logfile_maxbytes': '50MB',
        'stdout_logfile_backups': 1,
    }


def _nodes(lab: paths.Lab) -> ini.Options:
    name = 'node-%(process_num)d'
    return {
        'process_name': name,
        'numprocs': paths.MAX_NODES,
        'command': (
            f'{_quoted(str(lab.python))} -m hvctl_lab.metal.machine {name}'
        ),
        'environment': _environment({}),
        'autostart': False,
        'autorestart': False,
        'startsecs': 0,
        'stopsignal': 'KILL',
        'redirect_stderr': True,
        'stdout_logfile': f'{_escaped(str(lab.nodes))}/{name}/console.log',
        'stdout_logfile_maxbytes': '50MB',
        'stdout_logfile_backups': 1,
    }


def _environment(own: programs.Environment) -> str:
    variables = {'PYTHONUNBUFFERED': '1', **own}
    return ','.join(
        f'{name}={_quoted(value)}' for name, value in variables.items()
    )


def _quoted(word: str) -> str:
    return f'"{_escaped(word)}"'


def _escaped(word: str) -> str:
    return word.replace('%', '%%')
