# SPDX-License-Identifier: Apache-2.0
"""Makes the authorities of a profile, and says what others must trust."""

from __future__ import annotations

import datetime
import re
import typing

from hvctl import exceptions
from hvctl.certificates import issuing
from hvctl.certificates import ssh
from hvctl.certificates import tls
from hvctl.model.profile import Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import ColdSsh, DEFAULT_USER, LiveTls
from hvctl.profiles import library
from hvctl.profiles import options
from hvctl.profiles import secrets_file

Fields = tuple[tuple[str, ...], tuple[typing.Any, ...]]

#: What is told of authorities that were made.
MADE = (
    'secrets_file',
    'profile',
    'ca_certificate',
    'authorized_keys',
    'known_hosts',
)

#: What the profile says, with the first part of the secrets' names.
_SNIPPET = """\
migration:
  live:
    transport: tls
    issue: <secret:{name}-tls>
  cold:
    transport: ssh
    issue_user: <secret:{name}-ssh-user>
    issue_host: <secret:{name}-ssh-host>
"""


def create(found: library.Library, profile: str, name: str) -> Fields:
    """Make authorities, and write them into the file of secrets.

    :param name: the first part of the secrets' names
    :raises InvalidRequest: when there are such secrets already
    """
    if profile not in found.names():
        found.get(profile)  # says which there are
    if not re.fullmatch(options.NAME, name):
        raise exceptions.InvalidRequest(
            f'no name for secrets: {name!r}; use letters, digits and _.-'
        )
    tls_authority = tls.new_authority(datetime.datetime.now(datetime.UTC))
    user, host = ssh.new_authority(), ssh.new_authority()
    secrets_file.add(
        found.secure_path,
        profile,
        {
            f'{name}-tls': tls_authority,
            f'{name}-ssh-user': user,
            f'{name}-ssh-host': host,
        },
    )
    return _fields(
        secrets_file=str(found.secure_path),
        profile=_SNIPPET.format(name=name),
        **_trusted(tls_authority, user, host, DEFAULT_USER),
    )


def show(profile: Profile) -> Fields:
    """Say what other hosts must trust of a profile.

    :raises InvalidRequest: when it issues nothing
    """
    live, cold = profile.migration.live, profile.migration.cold
    if not profile.migration.issues:
        raise exceptions.InvalidRequest(
            f'profile {profile.name} has no authority: neither '
            'migration.live.issue nor migration.cold.issue_user or '
            'issue_host; openstack hypervisor ephemeral profile authority '
            f'create {profile.name} makes them'
        )
    if not isinstance(cold, ColdSsh):
        cold = ColdSsh()
    return _fields(
        **_trusted(
            live.issue if isinstance(live, LiveTls) else None,
            cold.issue_user,
            cold.issue_host,
            cold.user,
        )
    )


def _trusted(
    tls_authority: Secret | None,
    ssh_user: Secret | None,
    ssh_host: Secret | None,
    user: str,
) -> dict[str, str]:
    """Write it as the files of other hosts have it."""
    fields = {}
    if tls_authority is not None:
        fields['ca_certificate'] = tls.trusted(
            tls_authority, f'{issuing.LIVE}issue'
        )
    if ssh_user is not None:
        key = ssh.trusted(ssh_user, f'{issuing.COLD}issue_user')
        fields['authorized_keys'] = f'cert-authority,principals="{user}" {key}'
    if ssh_host is not None:
        key = ssh.trusted(ssh_host, f'{issuing.COLD}issue_host')
        fields['known_hosts'] = f'@cert-authority * {key}'
    return fields


def _fields(**fields: str) -> Fields:
    return tuple(fields), tuple(fields.values())
