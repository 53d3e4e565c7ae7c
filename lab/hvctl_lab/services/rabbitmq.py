# SPDX-License-Identifier: Apache-2.0
"""RabbitMQ: one private broker, and the Erlang port mapper that it needs.

The port mapper is a program of its own: the one that the broker would start
would be left behind.
"""

from __future__ import annotations

import pathlib

from hvctl_lab import credentials
from hvctl_lab import paths
from hvctl_lab import programs

PROGRAM = 'rabbitmq'
PORT_MAPPER = 'epmd'

USER = 'lab'

#: The program in sbin insists on being root or rabbitmq and changes the user.
_SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server'


def data(lab: paths.Lab) -> pathlib.Path:
    """Return the directory of the data and of Erlang's cookie."""
    return lab.state / 'rabbitmq'


def url(lab: paths.Lab, secrets: credentials.Credentials) -> str:
    """Return the address of the broker as oslo.messaging wants it."""
    port = lab.port(paths.Port.RABBITMQ)
    return f'rabbit://{USER}:{secrets.rabbitmq}@{paths.HOST}:{port}/'


def files(
    lab: paths.Lab, secrets: credentials.Credentials
) -> dict[pathlib.Path, str]:
    """Write the broker's configuration."""
    return {
        lab.etc / 'rabbitmq' / 'rabbitmq.conf': (
            f'listeners.tcp.local = {paths.HOST}:'
            f'{lab.port(paths.Port.RABBITMQ)}\n'
            'loopback_users = none\n'
            f'default_user = {USER}\n'
            f'default_pass = {secrets.rabbitmq}\n'
            'log.console = true\n'
            'log.file = false\n'
            # A disk that is nearly full must not silently stop messages.
            'disk_free_limit.absolute = 50MB\n'
        ),
        lab.etc / 'rabbitmq' / 'advanced.config': (
            '[{kernel,[{inet_dist_use_interface,{127,0,0,1}}]}].\n'
        ),
        lab.etc / 'rabbitmq' / 'enabled_plugins': '[].\n',
    }


def all_programs(lab: paths.Lab) -> tuple[programs.Program, ...]:
    """Describe the port mapper and the broker."""
    mapper = {
        'ERL_EPMD_PORT': str(lab.port(paths.Port.EPMD)),
        'ERL_EPMD_ADDRESS': paths.HOST,
    }
    etc = lab.etc / 'rabbitmq'
    return (
        programs.Program(
            name=PORT_MAPPER,
            command=('/usr/bin/epmd',),
            environment=mapper,
            port=lab.port(paths.Port.EPMD),
        ),
        programs.Program(
            name=PROGRAM,
            command=(_SERVER,),
            environment=mapper
            | {
                'HOME': str(data(lab)),
                'RABBITMQ_NODENAME': 'lab@localhost',
                'RABBITMQ_MNESIA_BASE': str(data(lab)),
                'RABBITMQ_LOG_BASE': str(data(lab)),
                'RABBITMQ_CONFIG_FILE': str(etc / 'rabbitmq.conf'),
                'RABBITMQ_ADVANCED_CONFIG_FILE': str(etc / 'advanced.config'),
                'RABBITMQ_ENABLED_PLUGINS_FILE': str(etc / 'enabled_plugins'),
                'RABBITMQ_CONF_ENV_FILE': '/dev/null',
                'RABBITMQ_DIST_PORT': str(
                    lab.port(paths.Port.RABBITMQ_DISTRIBUTION)
                ),
                'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS': '+S 1:1',
                # The script then becomes the broker instead of its parent.
                'RUNNING_UNDER_SYSTEMD': 'true',
            },
            port=lab.port(paths.Port.RABBITMQ),
        ),
    )
