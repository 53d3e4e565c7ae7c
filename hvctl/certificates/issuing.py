# SPDX-License-Identifier: Apache-2.0
"""Issues to a host what its profile asks for."""

from __future__ import annotations

from hvctl.certificates import ssh
from hvctl.certificates import tls
from hvctl.model.credentials import Credentials, Holder, Validity
from hvctl.model.profile import Profile
from hvctl.model.transport import ColdSsh, LiveTls

LIVE = 'migration.live.'
COLD = 'migration.cold.'


def issue(profile: Profile, holder: Holder, validity: Validity) -> Credentials:
    """Issue a host's keys and certificates.

    :raises InvalidRequest: when an authority is none, or when what the user
        brings could not be used
    """
    _check(profile)
    live, cold = profile.migration.live, profile.migration.cold
    tls_issued = user = host = shared = None
    if isinstance(live, LiveTls) and live.issue is not None:
        tls_issued = tls.issue(live.issue, f'{LIVE}issue', holder, validity)
    if isinstance(cold, ColdSsh):
        if cold.issue_user is not None:
            user = ssh.issue_user(
                cold.issue_user,
                f'{COLD}issue_user',
                cold.user,
                holder,
                validity,
            )
        if cold.issue_host is not None:
            host = ssh.issue_host(
                cold.issue_host, f'{COLD}issue_host', holder, validity
            )
        if cold.private_key is not None:
            shared = ssh.trusted(cold.private_key, f'{COLD}private_key')
    return Credentials(
        tls=tls_issued, ssh_user=user, ssh_host=host, shared_key=shared
    )


def _check(profile: Profile) -> None:
    """Refuse what the user brings and no host could use.

    :raises InvalidRequest: when a certificate or a key cannot be read
    """
    live = profile.migration.live
    if isinstance(live, LiveTls):
        if live.ca is not None:
            tls.check_trusted(live.ca.text, f'{LIVE}ca: {live.ca.path}')
        if live.certificate is not None and live.private_key is not None:
            tls.check_pair(
                live.certificate.text,
                live.private_key,
                f'{LIVE}certificate and {LIVE}private_key',
            )
