# SPDX-License-Identifier: Apache-2.0
"""How libvirt and QEMU of one host reach those of another.

libvirt of the source connects, as root, to what the destination has told by
its nova.conf; that of the source has the scheme (nova/virt/libvirt/driver.py,
_live_migration_uri).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hvctl.model import host_name
from hvctl.model.credentials import Credentials
from hvctl.model.profile import Family, Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import (
    ColdSsh,
    DEFAULT_PORT,
    LiveSsh,
    LiveTcp,
    LiveTls,
    Peer,
    TCP_MECHANISM,
)
from hvctl.userdata import host_file
from hvctl.userdata import tables
from hvctl.userdata.configuration import options
from hvctl.userdata.migration import cold
from hvctl.userdata.migration import setup

#: QEMU's own, which differs between the families.
_QEMU = ('root', 'libvirt-qemu,qemu')
_CA = '/etc/pki/CA/cacert.pem'
_LIBVIRT = '/etc/pki/libvirt'
_QEMU_PKI = '/etc/pki/qemu'
#: The configuration of the daemon that listens: one, or the one in front.
_DAEMONS = ('/etc/libvirt/libvirtd.conf', '/etc/libvirt/virtproxyd.conf')
_PASSWORD = '/etc/libvirt/hvctl-password'  # noqa: S105 no password itself
_DATABASE = '/etc/libvirt/passwd.db'
#: Where the libvirt of this family is several daemons, none of those that
#: nova-compute wants listens.
_PROXY = ('libvirt-daemon-proxy',)
#: Who checks passwords.  In RHEL's family each mechanism is a package.
_SASL = {
    Family.DEBIAN: ('libsasl2-modules', 'sasl2-bin'),
    Family.RHEL: ('cyrus-sasl',),
}
_DIGEST = 'cyrus-sasl-md5'
_SCRAM = 'cyrus-sasl-scram'
#: By which a host asks itself whether others reach it.
_CLIENT = {
    Family.DEBIAN: ('libvirt-clients',),
    Family.RHEL: ('libvirt-client',),
}


def contribute(
    profile: Profile,
    name: str,
    by: str | None,
    credentials: Credentials,
    *,
    reveal: bool,
) -> setup.Setup:
    """Build what the transport of live migrations brings.

    :param by: the address that others reach the host by
    """
    match profile.migration.live:
        case LiveTls() as live:
            return _tls(profile, live, name, by, credentials, reveal=reveal)
        case LiveTcp() as live:
            return _tcp(live, by, reveal=reveal)
        case LiveSsh():
            return _ssh(profile, by, credentials)
    return setup.Setup()


def _proof(uri: str, by: str | None) -> tuple[str, ...]:
    """Have the host ask itself as others do.

    :param uri: with ``%s`` in the place of the host
    """
    if by is None:
        return ()
    host = f'[{by}]' if ':' in by else by
    return (tables.line('prove', 'libvirt', uri % host),)


def _tls(
    profile: Profile,
    live: LiveTls,
    name: str,
    by: str | None,
    credentials: Credentials,
    *,
    reveal: bool,
) -> setup.Setup:
    nova = {
        'live_migration_scheme': 'tls',
        'live_migration_with_native_tls': 'true',
    }
    if live.name is Peer.HOST:
        by = host_name.qualified(name, profile.domain)
        nova['live_migration_inbound_addr'] = by
    packages = {**_CLIENT, Family.RHEL: (*_CLIENT[Family.RHEL], *_PROXY)}
    password = setup.Setup()
    if live.password is not None:
        password = _sasl(
            'tls', live.password, live.user, live.mechanism, reveal=reveal
        )
    return setup.Setup(
        nova={'libvirt': options.single(**nova)},
        files=(
            *_pki(live, credentials, reveal=reveal),
            *password.files,
        ),
        after=(
            # QEMU takes a connection of who has a certificate, only.  The
            # default of all its servers would be that of the consoles, too.
            tables.line(
                'option',
                '/etc/libvirt/qemu.conf',
                'migrate_tls_x509_verify',
                '1',
            ),
            *password.after,
            tables.line('listen', 'tls'),
        ),
        proofs=_proof('qemu+tls://%s/system', by),
        packages=_joined(packages, password.packages),
    )


def _pki(
    live: LiveTls, credentials: Credentials, *, reveal: bool
) -> Iterator[host_file.File]:
    """Give the files of both: one certificate is for both ends."""
    issued = credentials.tls
    trusted = (issued.authority if issued else '') + (
        live.ca.text if live.ca else ''
    )
    if trusted:
        yield setup.placed(_CA, trusted)
        yield setup.placed(f'{_QEMU_PKI}/ca-cert.pem', trusted)
    certificate: str
    key: Secret
    if issued is not None:
        certificate, key = issued.certificate, issued.private_key
    elif live.certificate is not None and live.private_key is not None:
        certificate, key = live.certificate.text, live.private_key
    else:
        return
    text = setup.shown(key, reveal=reveal)
    for end in ('server', 'client'):
        yield setup.placed(f'{_LIBVIRT}/{end}cert.pem', certificate)
        yield setup.placed(f'{_LIBVIRT}/private/{end}key.pem', text, '0600')
        yield setup.placed(f'{_QEMU_PKI}/{end}-cert.pem', certificate)
        yield setup.placed(f'{_QEMU_PKI}/{end}-key.pem', text, '0640', _QEMU)


def _tcp(live: LiveTcp, by: str | None, *, reveal: bool) -> setup.Setup:
    packages = {**_CLIENT, Family.RHEL: (*_CLIENT[Family.RHEL], *_PROXY)}
    password = _sasl(
        'tcp', live.password, live.user, live.mechanism, reveal=reveal
    )
    return setup.Setup(
        nova={'libvirt': options.single(live_migration_scheme='tcp')},
        files=password.files,
        after=(*password.after, tables.line('listen', 'tcp')),
        proofs=_proof('qemu+tcp://%s/system', by),
        packages=_joined(packages, password.packages),
    )


def _sasl(
    scheme: str, password: Secret, user: str, mechanism: str, *, reveal: bool
) -> setup.Setup:
    """Have libvirt ask for a password, and say it to others."""
    word = setup.shown(password, reveal=reveal).rstrip('\n')
    module = _DIGEST if mechanism == TCP_MECHANISM else _SCRAM
    return setup.Setup(
        files=(
            # What libvirt of this host says to another.
            setup.placed(
                '/etc/libvirt/auth.conf',
                '[credentials-default]\n'
                f'authname={user}\n'
                f'password={word}\n\n'
                '[auth-libvirt-default]\n'
                'credentials=default\n',
                '0600',
            ),
            setup.placed(
                '/etc/sasl2/libvirt.conf',
                f'mech_list: {mechanism}\nsasldb_path: {_DATABASE}\n',
            ),
            setup.placed(_PASSWORD, word, '0600'),
        ),
        after=(
            tables.line('sasl', user, _PASSWORD, _DATABASE),
            *(
                tables.line('option', daemon, f'auth_{scheme}', '"sasl"')
                for daemon in _DAEMONS
            ),
        ),
        packages={**_SASL, Family.RHEL: (*_SASL[Family.RHEL], module)},
    )


def _joined(
    *packages: Mapping[Family, tuple[str, ...]],
) -> dict[Family, tuple[str, ...]]:
    return {
        family: tuple(
            name for each in packages for name in each.get(family, ())
        )
        for family in Family
    }


def _ssh(
    profile: Profile, by: str | None, credentials: Credentials
) -> setup.Setup:
    ways = profile.migration.cold
    assert isinstance(ways, ColdSsh)  # what fits together has both
    port = '' if ways.port == DEFAULT_PORT else f':{ways.port}'
    # No terminal: nobody would answer a question.
    query = 'no_tty=1'
    proofs: tuple[str, ...] = ()
    has_key = cold.has_key(ways, credentials)
    if has_key:
        query = f'keyfile={cold.KEY}&{query}'
    uri = f'qemu+ssh://{ways.user}@%s{port}/system?{query}'
    if has_key:
        # Without an authority this host's own key is known to others only.
        known = '' if credentials.ssh_host is not None else '&no_verify=1'
        proofs = _proof(f'{uri}{known}', by)
    return setup.Setup(
        nova={'libvirt': options.single(live_migration_uri=uri)},
        proofs=proofs,
        packages=_CLIENT,
    )
