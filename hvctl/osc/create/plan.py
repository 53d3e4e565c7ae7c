# SPDX-License-Identifier: Apache-2.0
"""From the options of ``create`` to its goal."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
import dataclasses
import datetime
import functools
import secrets

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.decide.create import create
from hvctl.decide.create import preflight
from hvctl.decide.create import provision
from hvctl.decide.create.case import CreateCase
from hvctl.decide.goal import Stage
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import naming
from hvctl.decide.hypervisor import ownership
from hvctl.decide.wording import rendering
from hvctl.model import identity
from hvctl.model import moments
from hvctl.model.credentials import Validity
from hvctl.model.hypervisor import Hypervisor
from hvctl.model.ledger import Ledger
from hvctl.model.preflight import Answers, Check, Finding, Lookup
from hvctl.model.request import CreateRequest, HealthTest, WantedHypervisor
from hvctl.model.snapshot import WholeLook
from hvctl.model.verdict import Verdict
from hvctl.osc.create import issuer
from hvctl.osc.create import settings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreatePlan:
    """What ``create`` found out before it makes anything.

    :ivar client: the clouds that it works on
    :ivar goal: what it would work towards
    :ivar checks: everything that was looked at for all names
    :ivar cautions: what to be told of the profile
    :ivar verdicts: the first verdict on each name
    :ivar ahead: the stages that come after each
    """

    client: clients.Client
    goal: create.Create
    checks: list[Check]
    cautions: tuple[str, ...]
    verdicts: dict[str, Verdict]
    ahead: dict[str, list[Stage[CreateCase]]]

    @property
    def failed(self) -> list[Check]:
        """The checks that stand in the way of every name."""
        return self._checks(Finding.FAILED)

    @property
    def unknown(self) -> list[Check]:
        """The checks that could not be made."""
        return self._checks(Finding.UNKNOWN)

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.failed and all(
            verdict.outcome is None or verdict.outcome.ok
            for verdict in self.verdicts.values()
        )

    def _checks(self, verdict: Finding) -> list[Check]:
        return [check for check in self.checks if check.verdict is verdict]


def plan(
    client: clients.Client, parsed_args: argparse.Namespace
) -> CreatePlan:
    """Check everything that can be checked, and change nothing.

    :raises InvalidRequest: when what was asked for makes no sense
    :raises CloudError: when the cloud cannot be asked
    """
    names = naming.check(parsed_args.names)
    naming.check_new(names)
    naming.check_domain(parsed_args.domain)
    _check_properties(parsed_args.properties)
    wanted = settings.merge_options(parsed_args)
    # The option's was checked before anything was read; this may be the
    # profile's.
    naming.check_domain(wanted.domain)
    naming.check_qualified(names, wanted.domain)
    client = client.within(wanted.compute_cloud)
    if wanted.fixed_ip is not None and len(names) > 1:
        raise exceptions.InvalidRequest(
            f'the fixed IP {wanted.fixed_ip} is for one hypervisor, and '
            f'{len(names)} are asked for'
        )
    look = client.observe(
        WholeLook(
            names=frozenset(names),
            domain=wanted.domain,
            nodes=True,
            server_names=frozenset(names),
            sizes=True,
        )
    )
    now = look.taken_at
    expires_at = _expiry(wanted.expires, now)
    issuing = issuer.Issuer(wanted.profile, Validity.of(now, expires_at))
    hypervisors = {
        name: _wanted(name, wanted, issuing, look.metal_project_id)
        for name in names
    }
    found = assemble.assemble(look, names, wanted.domain)
    # A name that is taken is refused by itself, and needs no node.
    new = [
        hv
        for hv in found.values()
        if hv.server is None
        and not hv.elsewhere
        and not ownership.holders(look, hv)
    ]
    asked = _to_look_up(wanted, found.values(), new)
    facts = client.resolve.ask(asked, len(new))
    goal = create.Create(
        request=CreateRequest(
            hypervisors=hypervisors,
            image_id=facts.image_id,
            flavor_id=facts.flavor.id if facts.flavor else '',
            network_id=facts.network_id,
            compute_cloud=client.compute_cloud,
            key_name=wanted.names.key_name,
            machine_zone=wanted.names.machine_zone,
            vnic_type=wanted.vnic_type,
            subnet_id=facts.subnet_id,
            fixed_ip=wanted.fixed_ip,
            subnetworks=facts.subnetworks,
            domain=wanted.domain,
            properties=parsed_args.properties,
            timeouts=wanted.timeouts,
            agent_count=wanted.agent_count,
            parallel_migrations=wanted.parallel_migrations,
            profile=parsed_args.profile,
            expires_at=expires_at,
            description=parsed_args.description,
            certificates_end=issuing.ends(),
            aggregates=facts.aggregates,
            health_test=_health_test(wanted, facts),
            ram_ratio=wanted.ram_ratio,
            retries=parsed_args.retries,
            delete_on_failure=parsed_args.on_failure == 'delete',
            wait=parsed_args.wait,
        )
    )
    ledger = Ledger(started_at=now)
    if facts.aggregates and any(hv.server for hv in found.values()):
        # Only now is it known in which of them such a host is to be.
        look = client.observe(goal.scope(ledger))
    return CreatePlan(
        client=client,
        goal=goal,
        checks=preflight.checks(
            facts,
            new,
            look.nodes,
            look.providers_disabled,
            provision.metadata_items(goal.request) if new else 0,
        ),
        cautions=wanted.cautions,
        verdicts=goal.decide(look, ledger, now),
        ahead=goal.ahead(look, ledger, now),
    )


def raise_if_failed(plan: CreatePlan) -> None:
    """Raise an error when a check failed.

    :raises InvalidRequest: with everything that stands in the way
    """
    if plan.failed:
        problems = [check.message for check in plan.failed]
        problems += [
            rendering.outcome(verdict.outcome)
            for verdict in plan.verdicts.values()
            if verdict.outcome is not None and not verdict.outcome.ok
        ]
        raise exceptions.InvalidRequest('; '.join(problems))


def _check_properties(properties: dict[str, str]) -> None:
    for key in properties:
        if key.startswith(identity.METADATA_PREFIX):
            raise exceptions.InvalidRequest(
                f'--property {key}: keys that start with '
                f"{identity.METADATA_PREFIX} are hvctl's own; choose another"
            )


def _expiry(
    when: moments.When | None, now: datetime.datetime
) -> datetime.datetime | None:
    if when is None:
        return None
    moment = moments.of(when, now)
    if moment <= now:
        raise exceptions.InvalidRequest(
            f'--expires {moments.written(moment)} has passed: by the '
            f"cloud's clock it is {moments.written(now)}"
        )
    return moment


def _to_look_up(
    wanted: settings.Settings,
    found: Iterable[Hypervisor],
    new: Sequence[Hypervisor],
) -> Lookup:
    """Choose what is looked up.

    What machines are made with is only asked for when one is to be made: an
    image may be gone by now, and a keypair is its user's.  The fixed IP is
    asked for too, unless the machine has it already.

    :param new: those whose machine is to be made
    """
    if not new:
        return dataclasses.replace(
            wanted.names,
            image=None,
            flavor=None,
            network=None,
            key_name=None,
            machine_zone=None,
            subnet=None,
            subnetworks=(),
            compute_ids=False,
        )
    if wanted.fixed_ip is None:
        return wanted.names
    if any(
        fixed.ip_address == wanted.fixed_ip
        for hv in found
        for port in hv.ports
        for fixed in port.fixed_ips
    ):
        return dataclasses.replace(wanted.names, subnet=None)
    return dataclasses.replace(wanted.names, fixed_ip=wanted.fixed_ip)


def _wanted(
    name: str,
    wanted: settings.Settings,
    issuing: issuer.Issuer,
    project_id: str | None,
) -> WantedHypervisor:
    compute_id = None
    if not wanted.own_user_data:
        compute_id = identity.new_compute_id(
            name, secrets.token_bytes(6), project_id
        )
    # What is too large is found now, not half way.
    wanted.render(issuing, name, compute_id, wanted.sketch)
    return WantedHypervisor(
        name=name,
        compute_id=compute_id,
        user_data=functools.partial(wanted.render, issuing, name),
    )


def _health_test(
    wanted: settings.Settings, facts: Answers
) -> HealthTest | None:
    if wanted.test is None or facts.test_flavor is None:
        return None
    return HealthTest(
        flavor_id=facts.test_flavor.id,
        image_id=facts.test_image_id,
        network_id=facts.test_network_id,
        vnic_type=wanted.test.vnic_type,
        answer=wanted.test.answer,
        timeout=wanted.test.timeout,
        move=wanted.test.move,
    )
