# SPDX-License-Identifier: Apache-2.0
"""Lays the options of ``create`` over its profile."""

from __future__ import annotations

import argparse
from collections.abc import Callable
import dataclasses
import datetime
import os
import pathlib

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.decide.create import preflight
from hvctl.decide.hypervisor import naming
from hvctl.model import identity
from hvctl.model import machine_ports
from hvctl.model import moments
from hvctl.model.credentials import Validity
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.preflight import Finding, Lookup
from hvctl.model.profile import Profile, TestGuest, Timeouts
from hvctl.osc.create import issuer
from hvctl.profiles import cautions
from hvctl.profiles import consistency
from hvctl.profiles import files
from hvctl.userdata.configuration import nova
from hvctl.userdata.document import limits
from hvctl.userdata.document import multipart
from hvctl.userdata.document import rendering
from hvctl.userdata.own_nova_conf import builtin
from hvctl.userdata.own_nova_conf import fragment

#: Gives a hypervisor's user-data, in base64, by its name, compute node id and
#: ports, with what the issuer issues to it.
Render = Callable[[issuer.Issuer, str, str | None, MachinePorts], str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the hypervisors are to be.

    :ivar compute_cloud: the name in clouds.yaml of the cloud in which they
        register; None where it is the client's
    :ivar names: what of it is to be looked up
    :ivar profile: whose authorities issue keys; an empty one where the
        user-data is of no profile
    :ivar render: gives the user-data
    :ivar sketch: stands in for the ports that are not made yet
    :ivar own_user_data: the user's own file is sent, so nova-compute chooses
        its compute node id itself
    :ivar agent_count: how many network agents each has; None where that is not
        known
    :ivar test: how to try each out; None for not at all
    :ivar ram_ratio: what Nova makes of each MiB of the hosts' memory
    :ivar expires: when they may be taken away; None for never
    :ivar cautions: what to be told of the profile
    :ivar parallel_migrations: how many guests its nova-compute live-migrates
        at once; None where it is not of a profile
    """

    compute_cloud: str | None
    names: Lookup
    vnic_type: str
    fixed_ip: str | None
    domain: str | None
    timeouts: Timeouts
    profile: Profile
    render: Render
    sketch: MachinePorts
    own_user_data: bool
    agent_count: int | None
    test: TestGuest | None
    parallel_migrations: int | None
    ram_ratio: float
    expires: moments.When | None
    cautions: tuple[str, ...]


def merge_options(parsed_args: argparse.Namespace) -> Settings:
    """Lay the options of create over the profile that they name.

    :raises InvalidRequest: when something is missing or makes no sense
    """
    profile = Profile(name='')
    if parsed_args.profile is not None:
        library = files.load(parsed_args.profiles_file)
        profile = library.get(parsed_args.profile)
    profile = dataclasses.replace(
        profile,
        domain=parsed_args.domain or profile.domain,
        image=parsed_args.image or profile.image,
        flavor=parsed_args.flavor or profile.flavor,
        network=parsed_args.network or profile.network,
        key_name=parsed_args.key_name or profile.key_name,
        machine_zone=parsed_args.machine_zone or profile.machine_zone,
        subnet=parsed_args.subnet or profile.subnet,
        fixed_ip=parsed_args.fixed_ip or profile.fixed_ip,
    )
    if profile.machine_zone is not None and ':' in profile.machine_zone:
        # To Nova that names a host (nova/compute/api.py).
        raise exceptions.InvalidRequest(
            f'--machine-zone {profile.machine_zone}: a colon is in no name of '
            'an availability zone'
        )
    for what in ('image', 'flavor', 'network'):
        if getattr(profile, what) is None:
            raise exceptions.InvalidRequest(
                f'no {what}: give --{what}, or a --profile that has one'
            )
    test = _test(parsed_args, profile)
    render, ram_ratio = _of_host(parsed_args, profile)
    of_profile = _is_of_profile(parsed_args)
    return Settings(
        compute_cloud=profile.compute_cloud,
        names=to_look_up(
            profile, test, compute_ids=parsed_args.user_data is None
        ),
        vnic_type=parsed_args.vnic_type or profile.vnic_type,
        fixed_ip=profile.fixed_ip,
        domain=profile.domain,
        timeouts=profile.timeouts,
        profile=profile if of_profile else Profile(name=profile.name),
        render=render,
        sketch=machine_ports.sketch(profile),
        own_user_data=parsed_args.user_data is not None,
        agent_count=_agent_count(parsed_args, profile),
        test=test,
        expires=_life(profile)
        if parsed_args.expires is None
        else parsed_args.expires,
        parallel_migrations=profile.live_migration.max_concurrent
        if parsed_args.profile is not None
        else None,
        ram_ratio=ram_ratio,
        cautions=tuple(cautions.cautions(profile)) if of_profile else (),
    )


def _life(profile: Profile) -> datetime.timedelta | None:
    """Return after what time its hypervisors may be taken away."""
    if profile.expiry is None:
        return None
    return datetime.timedelta(seconds=profile.expiry)


def _is_of_profile(parsed_args: argparse.Namespace) -> bool:
    """Return whether a profile says what the user-data is."""
    return (
        parsed_args.profile is not None
        and parsed_args.config is None
        and parsed_args.user_data is None
    )


def _agent_count(
    parsed_args: argparse.Namespace, profile: Profile
) -> int | None:
    if parsed_args.profile is None:
        return None
    count = profile.networking.agent_count
    # What user-data of one's own starts is not known.
    own = parsed_args.user_data is not None or parsed_args.config is not None
    return None if own and count else count


def to_look_up(
    profile: Profile, test: TestGuest | None, *, compute_ids: bool = True
) -> Lookup:
    """Build the questions about a profile that only the cloud answers.

    :param test: the health test to be done, if any
    :param compute_ids: whether hosts are told their compute node ids
    """
    return Lookup(
        image=profile.image,
        flavor=profile.flavor,
        network=profile.network,
        key_name=profile.key_name,
        machine_zone=profile.machine_zone,
        subnet=profile.subnet,
        subnetworks=profile.subnetworks,
        aggregates=profile.aggregates,
        availability_zone=profile.availability_zone,
        test_flavor=test.flavor or identity.TEST_FLAVOR if test else None,
        test_image=test.image if test else None,
        test_network=test.network if test else None,
        compute_ids=compute_ids,
    )


def refused(profile: Profile) -> tuple[str, ...]:
    """Explain why create would make no machine of a profile."""
    try:
        naming.check_domain(profile.domain)
        an_example(profile, 'hypervisor').encode()
    except exceptions.InvalidRequest as error:
        return (str(error),)
    return ()


def an_example(
    profile: Profile, name: str, *, reveal: bool = True
) -> multipart.Document:
    """Render a user-data that nobody is sent, for a time that begins now.

    :raises InvalidRequest: when the profile cannot be followed
    """
    ports = machine_ports.sketch(profile)
    now = datetime.datetime.now(datetime.UTC)
    life = _life(profile)
    ends = None if life is None else now + life
    issuing = issuer.Issuer(profile, Validity.of(now, ends))
    return rendering.render(
        profile,
        name=name,
        compute_id=identity.new_compute_id(name, bytes(6)),
        ports=ports,
        credentials=issuing.issue(name, ports),
        reveal=reveal,
    )


def unknown(client: clients.Client, profile: Profile) -> tuple[str, ...]:
    """Explain which names of a profile its cloud does not know.

    Those that it does not have may be in a profile that extends it, or in
    the options of create.
    """
    test = profile.health_test
    tested = test.enabled or test.image or test.flavor or test.network
    names = to_look_up(profile, test if tested else None)
    try:
        within = client.within(profile.compute_cloud)
        answers = within.resolve.ask(names, number=0)
    except exceptions.CloudError as error:
        # The other profiles may be in clouds that answer.
        return (str(error),)
    checks = preflight.checks(answers, (), None)
    return tuple(
        check.message for check in checks if check.verdict is Finding.FAILED
    )


def _test(
    parsed_args: argparse.Namespace, profile: Profile
) -> TestGuest | None:
    test = profile.health_test
    wanted: bool | None = parsed_args.health_test
    if not (test.enabled if wanted is None else wanted):
        return None
    if not _is_of_profile(parsed_args):
        raise exceptions.InvalidRequest(
            'the health test needs the user-data of a --profile: only that '
            'gives the host a place for the test guest; --no-health-test '
            'does without'
        )
    if test.image is None:
        raise exceptions.InvalidRequest(
            f'profile {profile.name} has no health_test.image for the test '
            'guest to boot'
        )
    return test


def _of_host(
    parsed_args: argparse.Namespace, profile: Profile
) -> tuple[Render, float]:
    """Return what gives the user-data, and the ratio of memory in it."""
    if parsed_args.user_data is not None:
        own = limits.encode(
            _read(parsed_args.user_data, '--user-data'),
            f'--user-data {parsed_args.user_data}',
        )
        # Nothing is held, so no inventory could bring a ratio.
        return lambda issuing, name, compute_id, ports: own, 1.0
    if parsed_args.config is not None:
        return _of_fragment(parsed_args.config, profile.domain)
    if parsed_args.profile is None:
        raise exceptions.InvalidRequest(
            'nothing says what the host is to be: give --profile <name>, '
            '--config <nova.conf fragment> or --user-data <file>'
        )

    for misfit in consistency.misfits(profile):
        # Only an option can bring one in: the profile was read without.
        raise exceptions.InvalidRequest(
            f'profile {profile.name} with these options: {misfit.key}: '
            f'{misfit.words}'
        )

    def of_profile(
        issuing: issuer.Issuer,
        name: str,
        compute_id: str | None,
        ports: MachinePorts,
    ) -> str:
        assert compute_id is not None
        return rendering.render(
            profile,
            name=name,
            compute_id=compute_id,
            ports=ports,
            credentials=issuing.issue(name, ports),
        ).encode()

    return of_profile, nova.ram_ratio_of(profile)


def _of_fragment(path: str, domain: str | None) -> tuple[Render, float]:
    source = f'--config {path}'
    try:
        text = _read(path, '--config').decode()
    except UnicodeDecodeError as error:
        raise exceptions.InvalidRequest(
            f'{source} is not a text in UTF-8, so it is no nova.conf'
        ) from error
    config = fragment.read(text, source)

    def render(
        issuing: issuer.Issuer,
        name: str,
        compute_id: str | None,
        ports: MachinePorts,
    ) -> str:
        assert compute_id is not None
        rendered = builtin.render(
            name=name,
            domain=domain,
            compute_id=compute_id,
            address=ports.address,
            config=config,
        )
        return limits.encode(rendered.encode(), source)

    return render, config.ram_ratio


def _read(path: str, option: str) -> bytes:
    try:
        return pathlib.Path(path).expanduser().read_bytes()
    except OSError as error:
        raise exceptions.InvalidRequest(
            f'{option} {path} cannot be read: '
            f'{os.strerror(error.errno) if error.errno else error}'
        ) from error
