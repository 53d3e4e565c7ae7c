# SPDX-License-Identifier: Apache-2.0
"""How nova-compute of one host gets to another by SSH.

It calls ``ssh`` and ``scp`` with nothing but an address
(nova/virt/libvirt/volume/remotefs.py), so all else is said by files.
"""

from __future__ import annotations

from collections.abc import Iterator

from hvctl.model.credentials import Credentials
from hvctl.model.profile import Family, Profile
from hvctl.model.transport import ColdSsh, DEFAULT_PORT, TextFile
from hvctl.userdata import host_file
from hvctl.userdata import tables
from hvctl.userdata.migration import setup

_HOME = '/var/lib/nova/.ssh'
#: Where the key is by which nova-compute enters other hosts.
KEY = f'{_HOME}/hvctl'
_NOVA = ('nova', 'nova')
#: Beside the image's own, ssh_known_hosts; also root's ssh reads both.
_KNOWN_HOSTS = '/etc/ssh/ssh_known_hosts2'
_AUTHORITIES = '/etc/ssh/hvctl_authorities.pub'
_AUTHORIZED_KEYS = '/etc/ssh/hvctl_authorized_keys'
#: Before those of the image: what is said first counts.
_DAEMON = '/etc/ssh/sshd_config.d/10-hvctl.conf'
_UNITS = ('ssh.service', 'sshd.service', 'ssh.socket')
_PACKAGES = {
    Family.DEBIAN: ('openssh-client', 'openssh-server', 'rsync'),
    Family.RHEL: ('openssh-clients', 'openssh-server', 'rsync'),
}


def has_key(cold: ColdSsh, credentials: Credentials) -> bool:
    """Return whether the host gets a key."""
    return credentials.ssh_user is not None or cold.private_key is not None


def contribute(
    profile: Profile,
    by: str | None,
    credentials: Credentials,
    *,
    reveal: bool,
) -> setup.Setup:
    """Build what the transport of cold migrations brings.

    :param by: the address that others reach the host by
    """
    cold = profile.migration.cold
    if not isinstance(cold, ColdSsh):
        return setup.Setup()
    return setup.Setup(
        before=(
            # That of RHEL's family refuses every command.
            tables.line('shell', cold.user),
            tables.line('directory', '0700', *_NOVA, _HOME),
        ),
        files=(
            *_client(cold, credentials, reveal=reveal),
            *_server(cold, credentials),
        ),
        after=(tables.line('serve', *_UNITS),),
        proofs=tuple(_proof(cold, by, credentials)),
        packages=_PACKAGES,
        ssh_keys=_host_keys(credentials, reveal=reveal),
    )


def _proof(
    cold: ColdSsh, by: str | None, credentials: Credentials
) -> Iterator[str]:
    """Have the host enter itself as others do, where it has their key."""
    if by is None or not has_key(cold, credentials):
        return
    known = () if credentials.ssh_host is not None else ('unknown',)
    yield tables.line('prove', 'ssh', by, *known)


def _client(
    cold: ColdSsh, credentials: Credentials, *, reveal: bool
) -> Iterator[host_file.File]:
    lines = ['Host *', f'    User {cold.user}', f'    Port {cold.port}']
    if has_key(cold, credentials):
        lines += [f'    IdentityFile {KEY}', '    IdentitiesOnly yes']
    checking = 'accept-new' if cold.accept_new_hosts else 'yes'
    lines.append(f'    StrictHostKeyChecking {checking}')
    yield setup.placed(f'{_HOME}/config', '\n'.join(lines), '0600', _NOVA)
    issued = credentials.ssh_user
    key = issued.private_key if issued else cold.private_key
    if key is not None:
        yield setup.placed(KEY, setup.shown(key, reveal=reveal), '0600', _NOVA)
    if issued is not None:
        # ssh looks for it beside the key, by this name.
        yield setup.placed(
            f'{KEY}-cert.pub', issued.certificate, '0644', _NOVA
        )
    known = _lines(cold.known_hosts)
    if credentials.ssh_host is not None:
        known += f'@cert-authority * {credentials.ssh_host.authority}\n'
    if known:
        yield setup.placed(_KNOWN_HOSTS, known)


def _server(
    cold: ColdSsh, credentials: Credentials
) -> Iterator[host_file.File]:
    lines = []
    if cold.port != DEFAULT_PORT:
        lines += [f'Port {DEFAULT_PORT}', f'Port {cold.port}']
    lines.append(f'Match User {cold.user}')
    if credentials.ssh_user is not None:
        yield setup.placed(_AUTHORITIES, credentials.ssh_user.authority)
        lines.append(f'    TrustedUserCAKeys {_AUTHORITIES}')
    keys = _lines(cold.authorized_keys)
    if credentials.shared_key is not None:
        keys += f'{credentials.shared_key}\n'
    if keys:
        yield setup.placed(_AUTHORIZED_KEYS, keys)
        lines.append(
            f'    AuthorizedKeysFile {_AUTHORIZED_KEYS} .ssh/authorized_keys'
        )
    lines += [
        f'    {option} no'
        for option in (
            'PasswordAuthentication',
            'KbdInteractiveAuthentication',
            'PermitTTY',
            'X11Forwarding',
            'AllowTcpForwarding',
            'AllowAgentForwarding',
        )
    ]
    yield setup.placed(_DAEMON, '\n'.join(lines), '0600')


def _lines(file: TextFile | None) -> str:
    """Return the text of a file, so that another line can follow."""
    if file is None or not file.text:
        return ''
    return file.text if file.text.endswith('\n') else f'{file.text}\n'


def _host_keys(credentials: Credentials, *, reveal: bool) -> dict[str, str]:
    """Give what cloud-init writes before the daemon starts."""
    issued = credentials.ssh_host
    if issued is None:
        return {}
    return {
        'ed25519_private': setup.shown(issued.private_key, reveal=reveal),
        'ed25519_public': f'{issued.public_key}\n',
        'ed25519_certificate': f'{issued.certificate}\n',
    }
