# SPDX-License-Identifier: Apache-2.0
"""From a profile and a name to the user-data of the machine."""

from __future__ import annotations

import pathlib
import re
import typing

from hvctl.model.credentials import Credentials
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.profile import Part, PartType, Profile
from hvctl.userdata import host
from hvctl.userdata import host_file
from hvctl.userdata.document import cloud_config
from hvctl.userdata.document import first_boot
from hvctl.userdata.document import mask
from hvctl.userdata.document import multipart
from hvctl.userdata.migration import transport

#: A part of the user's that says itself how it is merged.
_MERGES_ITSELF = re.compile(r'^merge_(how|type)\s*:', re.MULTILINE)
_NO_CREDENTIALS = Credentials()
_MERGED = (PartType.CLOUD_CONFIG, PartType.JINJA)


def render(
    profile: Profile,
    *,
    name: str,
    compute_id: str,
    ports: MachinePorts,
    credentials: Credentials = _NO_CREDENTIALS,
    reveal: bool = True,
) -> multipart.Document:
    """Write the user-data.

    :param profile: what the hypervisor is
    :param name: the name that everything registers by
    :param compute_id: the compute node id, chosen before the machine boots
    :param ports: the machine's ports; without an address of its own the
        host looks for the interface of its default route
    :param credentials: what was issued to the host for migrations
    :param reveal: write secrets too, instead of a mask
    :returns: our own part, the user's, and the one that starts everything
    :raises InvalidRequest: when the profile cannot be followed
    """
    wiring = host.networking(
        profile, name=name, compute_id=compute_id, ports=ports
    )
    reaching = transport.contribute(
        profile, name, ports, credentials, reveal=reveal
    )
    files = host.files(
        profile,
        name=name,
        compute_id=compute_id,
        ports=ports,
        wiring=wiring,
        reaching=reaching,
        reveal=reveal,
    )
    hidden = frozenset() if reveal else mask.secrets(profile)
    services = host.services(wiring)
    first = {
        **first_boot.keys(name, profile.domain, compute_id, services),
        **({'ssh_keys': {**reaching.ssh_keys}} if reaching.ssh_keys else {}),
        'write_files': [
            {**_entry(file), 'content': mask.hide(file.text, hidden)}
            for file in files
        ],
    }
    return multipart.Document(
        parts=(
            _ours('hvctl.yaml', first),
            *(
                _theirs(number, part, mask.hide(part.text, hidden))
                for number, part in enumerate(profile.user_data, start=1)
            ),
            # Last, so that nova-compute starts after all that the user's
            # parts do.
            _ours('hvctl-start.yaml', {'runcmd': [[host.command()]]}),
        )
    )


def _entry(file: host_file.File) -> dict[str, str]:
    if file.staged:
        return {
            'path': f'{host.STAGED}{file.path}',
            'owner': 'root:root',
            'permissions': '0600',
        }
    return {
        'path': file.path,
        'owner': ':'.join(file.owner),
        'permissions': file.mode,
    }


def _ours(filename: str, config: dict[str, typing.Any]) -> multipart.Part:
    return multipart.Part(
        filename=filename,
        content_type=PartType.CLOUD_CONFIG,
        text=cloud_config.write(config),
        merge=multipart.ADDING,
    )


def _theirs(number: int, part: Part, text: str) -> multipart.Part:
    merge = None
    if part.type in _MERGED and not _MERGES_ITSELF.search(part.text):
        merge = multipart.ADDING
    return multipart.Part(
        # Scripts run in the order of their names, ours is "runcmd".
        filename=f'{number:03}-{pathlib.PurePath(part.path).name}',
        content_type=part.type,
        text=text,
        merge=merge,
    )
