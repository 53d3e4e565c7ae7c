# SPDX-License-Identifier: Apache-2.0
"""What cloud-init makes of a machine before anything else: which one it is."""

from __future__ import annotations

from collections.abc import Iterable
import importlib.resources
import typing

from hvctl.model import host_name

SCRIPT = 'hvctl-identity'


def keys(
    name: str, domain: str | None, compute_id: str, services: Iterable[str]
) -> dict[str, typing.Any]:
    """Build the keys of a cloud-config for a machine's names and identity.

    :param name: the name that everything registers by
    :param domain: what follows the name in the machine's host name
    :param compute_id: the compute node id, chosen before the machine boots
    :param services: the units by which it registers, which are started last
    """
    return {**_names(name, domain), **_identity(compute_id, services)}


def _names(name: str, domain: str | None) -> dict[str, typing.Any]:
    """Build the keys for a name of the machine that never changes.

    libvirt's is the resource provider's.  It asks for the host name and,
    unless that is qualified, for the canonical form of it: both are the
    same here, whether or not a name server answers.
    """
    return {
        'hostname': name,
        'fqdn': host_name.qualified(name, domain),
        'prefer_fqdn_over_hostname': True,
        'preserve_hostname': False,
        'manage_etc_hosts': 'localhost',
    }


def _identity(
    compute_id: str, services: Iterable[str]
) -> dict[str, typing.Any]:
    """Build the keys that leave the machine nothing of its image's identity.

    Commands of this kind run before files are written and most services are
    started, so what a part of the user's chooses counts more.
    """
    scripts = importlib.resources.files('hvctl.userdata') / 'scripts'
    text = (scripts / SCRIPT).read_text(encoding='utf-8')
    return {
        # The default, which an image may have changed.
        'ssh_deletekeys': True,
        'bootcmd': [['sh', '-c', text, SCRIPT, compute_id, *services]],
    }
