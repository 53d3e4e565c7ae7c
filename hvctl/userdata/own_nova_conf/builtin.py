# SPDX-License-Identifier: Apache-2.0
"""Writes the built-in user-data: a cloud-config for one hypervisor.

It is for an image that has nova-compute, and where guests have ports an L2
agent, installed and not enabled.
"""

from __future__ import annotations

import typing

from hvctl.model import ini
from hvctl.userdata.configuration import neutron
from hvctl.userdata.configuration import nova
from hvctl.userdata.configuration import options
from hvctl.userdata.document import cloud_config
from hvctl.userdata.document import first_boot
from hvctl.userdata.own_nova_conf import fragment

#: The agent of Neutron's reference driver; enabled where the image has it.
_AGENT = 'neutron-openvswitch-agent'


def render(
    *,
    name: str,
    domain: str | None,
    compute_id: str,
    address: str | None,
    config: fragment.Fragment,
) -> str:
    """Write the cloud-config.

    :param name: the name by which nova-compute and the agent register
    :param domain: what follows the name in the machine's host name
    :param compute_id: the compute node id, chosen before the machine boots
    :param address: the machine's own, where it is known
    :param config: what the nova.conf has beside the name
    :returns: a document for cloud-init; it has the fragment's
        secrets
    """
    services: tuple[str, ...] = nova.UNITS
    if config.transport_url is not None:
        services = (_AGENT, *services)
    document: dict[str, typing.Any] = {
        **first_boot.keys(name, domain, compute_id, services),
        'write_files': [
            _file('/etc/nova/compute_id', 'nova', f'{compute_id}\n'),
            _file(
                nova.FILE,
                'nova',
                # A section may come twice; this one first, so that it is
                # not taken for a part of the last section of the fragment,
                # and that the fragment's own options win.
                options.render(nova.own(name, address)) + f'\n{config.text}',
            ),
        ],
        # Nova refuses to start with two identities.
        'runcmd': [['rm', '-f', '/var/lib/nova/compute_id']],
    }
    if config.transport_url is not None:
        document['write_files'].append(
            _file(
                neutron.FILE,
                'neutron',
                options.render(
                    neutron.defaults(name, (ini.quoted(config.transport_url),))
                ),
            )
        )
        document['runcmd'].append(['sh', '-c', _enable_if_there(_AGENT)])
    # nova-compute last: what it needs is there when it registers.
    document['runcmd'].append(['sh', '-c', _enable_one(*nova.UNITS)])
    return cloud_config.write(document)


def _file(path: str, group: str, content: str) -> dict[str, str]:
    return {
        'path': path,
        'owner': f'root:{group}',
        'permissions': '0640',
        'content': content,
    }


def _enable_if_there(unit: str) -> str:
    return f'if {_is_there(unit)}; then systemctl enable --now {unit}; fi'


def _enable_one(unit: str, other: str) -> str:
    """Enable a unit by its name of Debian's family, else by that of RHEL's.

    Where neither is there, what systemd says of the first is in the log.
    """
    return (
        f'if ! {_is_there(unit)} && {_is_there(other)}; '
        f'then systemctl enable --now {other}; '
        f'else systemctl enable --now {unit}; fi'
    )


def _is_there(unit: str) -> str:
    return f'systemctl cat {unit} >/dev/null 2>&1'
