# SPDX-License-Identifier: Apache-2.0
"""The files that make a machine a hypervisor, and the plan of its set-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import importlib.resources

from hvctl.model.machine_ports import MachinePorts
from hvctl.model.networking import NoNetworking, Ovn, Ovs, Sriov
from hvctl.model.profile import Family, Profile, Sections
from hvctl.userdata import host_file
from hvctl.userdata import tables
from hvctl.userdata.configuration import neutron
from hvctl.userdata.configuration import nova
from hvctl.userdata.configuration import options
from hvctl.userdata.configuration import provider
from hvctl.userdata.migration import setup
from hvctl.userdata.networking import contribution
from hvctl.userdata.networking import ovn
from hvctl.userdata.networking import ovs
from hvctl.userdata.networking import sriov
from hvctl.userdata.networking import vlans

SETUP = 'hvctl-setup'
#: Below it lies what the set-up puts in place: the groups that may read it,
#: and directories that packages bring, are there only then.
STAGED = '/var/lib/hvctl/files'

_PROGRAMS = '/usr/local/sbin'
_TABLES = '/etc/hvctl'
_SYSTEM = '/etc/systemd/system'
_UNIT = 'hvctl-network.service'
_NOVA = ('root', 'nova')
_NEUTRON = ('root', 'neutron')
#: Nova's default, with which QEMU needs the processor's help.
_KVM = ('kvm',)
#: libvirt is one daemon, or several, of which one is for QEMU.
_LIBVIRT_OF_PARTS = 'virtqemud.socket'
_LIBVIRT = ('libvirtd.service', _LIBVIRT_OF_PARTS)
_LIBVIRT_CONFIGURATIONS = (
    '/etc/libvirt/libvirtd.conf',
    '/etc/libvirt/virtqemud.conf',
)
_LIBVIRT_PARTS = (
    'virtinterfaced.socket',
    'virtnetworkd.socket',
    'virtnodedevd.socket',
    'virtnwfilterd.socket',
    'virtproxyd.socket',
    'virtsecretd.socket',
    'virtstoraged.socket',
)


def files(
    profile: Profile,
    *,
    name: str,
    compute_id: str,
    ports: MachinePorts,
    wiring: contribution.Contribution,
    reaching: setup.Setup,
    reveal: bool,
) -> tuple[host_file.File, ...]:
    """Decide the files.

    :param wiring: what the networking brings, see :func:`networking`
    :param reaching: what the transports of migrations bring
    :raises InvalidRequest: when the profile cannot be followed
    """
    sections = nova.sections(
        profile, name, ports.address, wiring.nova, reaching.nova
    )
    placed = (
        _configuration('/etc/nova/compute_id', f'{compute_id}\n', _NOVA),
        _configuration(
            nova.FILE, options.render(sections, reveal=reveal), _NOVA
        ),
        _configuration(
            nova.SECOND_FILE, f'# All options are in {nova.FILE}.\n', _NOVA
        ),
        _configuration(provider.PATH, provider.render(profile.traits), _NOVA),
        *(
            _configuration(
                path, options.render(contents, reveal=reveal), _NEUTRON
            )
            for path, contents in neutron.files(profile, name, wiring)
        ),
        *(
            host_file.File(path=path, text=text, staged=True)
            for path, text in {
                **wiring.placed,
                **vlans.placed(profile, ports),
            }.items()
        ),
        *reaching.files,
    )
    scripts = dict(wiring.tables)
    if lines := vlans.table(profile, ports):
        # First: tunnels may end on one of these interfaces.
        scripts = {vlans.SCRIPT: lines, **scripts}
    identity = (
        tables.line('identity', compute_id),
        tables.line('name', name),
    )
    plan = _plan(
        profile,
        sections,
        wiring,
        reaching,
        placed,
        identity,
        bool(scripts),
    )
    return (
        *placed,
        _table(SETUP, plan),
        _program(SETUP),
        *(_table(script, lines) for script, lines in scripts.items()),
        *(_program(script) for script in scripts),
        *([_unit(scripts, wiring)] if scripts else []),
        *_drop_ins(profile, wiring),
    )


def command() -> str:
    """Return the program that does the set-up."""
    return f'{_PROGRAMS}/{SETUP}'


def services(wiring: contribution.Contribution) -> tuple[str, ...]:
    """Return the units, by all their names, by which a host registers."""
    return tuple(
        unit for units in (*wiring.agents, nova.UNITS) for unit in units
    )


def networking(
    profile: Profile, *, name: str, compute_id: str, ports: MachinePorts
) -> contribution.Contribution:
    """Decide what the networking of guests brings.

    :raises InvalidRequest: when the profile cannot be followed
    """
    match profile.networking:
        case Ovs() as wiring:
            return ovs.contribute(profile, wiring, name, compute_id, ports)
        case Ovn() as wiring:
            return ovn.contribute(profile, wiring, name, compute_id, ports)
        case Sriov() as wiring:
            return sriov.contribute(wiring)
        case NoNetworking():
            return contribution.Contribution()


def _plan(
    profile: Profile,
    sections: Sections,
    wiring: contribution.Contribution,
    reaching: setup.Setup,
    placed: Iterable[host_file.File],
    identity: Iterable[str],
    scripts: bool,
) -> Iterator[str]:
    """Return the lines that the set-up goes by; nova-compute comes last."""
    yield from _packages(profile, wiring, reaching)
    yield from identity
    # Nova refuses to start with two identities.
    yield tables.line('remove', f'{nova.state_path(sections)}/compute_id')
    yield from reaching.before
    for file in placed:
        yield tables.line('file', file.mode, *file.owner, file.path)
    yield from _limits(profile, sections)
    yield from reaching.after
    yield from _proofs(profile, sections)
    for units in wiring.switches:
        yield tables.line('start', *units)
    if scripts:
        yield tables.line('start', _UNIT)
    if profile.uses_libvirt:
        yield tables.line('start', *_LIBVIRT)
        yield tables.line('start-with', _LIBVIRT_OF_PARTS, *_LIBVIRT_PARTS)
    for units in wiring.agents:
        yield tables.line('restart', *units)
    yield from reaching.proofs
    yield tables.line('restart', *nova.UNITS)


def _limits(profile: Profile, sections: Sections) -> Iterator[str]:
    """Let libvirt serve all migrations at once.

    It takes five requests of a client, then reads no more of it and soon
    thinks it dead.  nova-compute is one client, and each guest that leaves is
    a request as long as it is on its way.
    """
    if not profile.uses_libvirt:
        return
    requests = max(20, 2 * nova.live_migrations(sections) + 10)
    for daemon in _LIBVIRT_CONFIGURATIONS:
        for option, number in (
            ('max_client_requests', requests),
            ('max_workers', requests + 30),
        ):
            yield tables.line('at-least', daemon, option, str(number))


def _proofs(profile: Profile, sections: Sections) -> Iterator[str]:
    """See whether the machine can be what it is to be."""
    if not profile.uses_libvirt:
        return
    # The one that first reads the compute node id.
    yield tables.line('prove', 'nova', '27')
    if sections['libvirt'].get('virt_type', _KVM) == _KVM:
        yield tables.line('prove', 'kvm', '/dev/kvm')
    if isinstance(profile.networking, Sriov):
        yield tables.line('prove', 'iommu')


def _packages(
    profile: Profile,
    wiring: contribution.Contribution,
    reaching: setup.Setup,
) -> Iterator[str]:
    families = tuple(Family) if profile.family is None else (profile.family,)
    own = nova.packages(profile)
    wanted = {
        family: profile.packages.get(
            family,
            (
                *own[family],
                *wiring.packages.get(family, ()),
                *reaching.packages.get(family, ()),
            ),
        )
        for family in families
    }
    if not any(wanted.values()):
        return
    yield tables.line('packages', *wanted)
    for family, packages in wanted.items():
        if packages:
            yield tables.line(f'package-{family}', *packages)


def _configuration(
    path: str, text: str, owner: tuple[str, str]
) -> host_file.File:
    return host_file.File(
        path=path, text=text, mode='0640', owner=owner, staged=True
    )


def _program(script: str) -> host_file.File:
    source = importlib.resources.files('hvctl.userdata') / 'scripts' / script
    return host_file.File(
        path=f'{_PROGRAMS}/{script}',
        text=source.read_text(encoding='utf-8'),
        mode='0755',
    )


def _table(script: str, lines: Iterable[str]) -> host_file.File:
    return host_file.File(
        path=f'{_TABLES}/{script.removeprefix("hvctl-")}',
        text=''.join(f'{line}\n' for line in lines),
    )


def _unit(
    scripts: Iterable[str], wiring: contribution.Contribution
) -> host_file.File:
    """Write the unit that runs the scripts at every boot."""
    after = [unit for units in wiring.switches for unit in units]
    lines = [
        '[Unit]',
        "Description=The host's networking for its guests",
        'Wants=network-online.target',
        f'After={_units(["network-online.target", *after])}',
        f'Before={_units(services(wiring))}',
        '',
        '[Service]',
        'Type=oneshot',
        'RemainAfterExit=yes',
        *(f'ExecStart={_PROGRAMS}/{script}' for script in scripts),
        # Longer than the scripts wait for what is not there yet.
        'TimeoutStartSec=600',
        '',
        '[Install]',
        # Where it fails nova-compute does not start: a host whose guests
        # would have no network does not register.
        f'RequiredBy={_units(nova.UNITS)}',
    ]
    return host_file.File(
        path=f'{_SYSTEM}/{_UNIT}', text='\n'.join(lines) + '\n'
    )


def _drop_ins(
    profile: Profile, wiring: contribution.Contribution
) -> Iterator[host_file.File]:
    """Keep nova-compute last at later boots, too."""
    after = [unit for units in wiring.agents for unit in units]
    if profile.uses_libvirt:
        after += _LIBVIRT
    if not after:
        return
    for unit in nova.UNITS:
        yield host_file.File(
            path=f'{_SYSTEM}/{unit}.service.d/hvctl.conf',
            text=f'[Unit]\nAfter={_units(after)}\n',
        )


def _units(names: Iterable[str]) -> str:
    return ' '.join(
        name if '.' in name else f'{name}.service' for name in names
    )
