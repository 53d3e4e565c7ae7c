# SPDX-License-Identifier: Apache-2.0
"""From the options of ``create`` to its goal."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import os
import pathlib
import secrets

from hvctl import exceptions
from hvctl.cloud import client as client_module
from hvctl.decide import assemble
from hvctl.decide import create
from hvctl.decide import names as names_module
from hvctl.decide import preflight
from hvctl.model import identity
from hvctl.model import preflight as preflight_model
from hvctl.model import progress
from hvctl.model import request
from hvctl.model import snapshot
from hvctl.model import steps
from hvctl.userdata import builtin
from hvctl.userdata import fragment
from hvctl.userdata import limits


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What ``create`` found out before it makes anything.

    :ivar goal: what it would work towards
    :ivar checks: everything that was looked at for all names
    :ivar verdicts: the first verdict on each name
    """

    goal: create.Create
    checks: list[preflight_model.Check]
    verdicts: dict[str, progress.Verdict]

    @property
    def failed(self) -> list[preflight_model.Check]:
        """The checks that stand in the way of every name."""
        return [
            check
            for check in self.checks
            if check.verdict is preflight_model.Verdict.FAILED
        ]

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.failed and all(
            verdict.outcome is None or verdict.outcome.ok
            for verdict in self.verdicts.values()
        )


def plan(
    client: client_module.Client, parsed_args: argparse.Namespace
) -> Plan:
    """Check everything that can be checked, and change nothing.

    :raises InvalidRequest: when what was asked for makes no sense
    :raises CloudError: when the cloud cannot be asked
    """
    names = names_module.check(parsed_args.names)
    names_module.check_domain(parsed_args.domain)
    _check_properties(parsed_args.properties)
    wanted = _wanted(names, parsed_args)
    now = datetime.datetime.now(datetime.UTC)
    look = client.observe(snapshot.Scope(server_names=frozenset(names)))
    found = assemble.assemble(
        look, names, dict.fromkeys(names, parsed_args.domain)
    )
    number = sum(hv.server is None for hv in found.values())
    facts = client.resolve.ask(
        image=parsed_args.image,
        flavor=parsed_args.flavor,
        network=parsed_args.network,
        key_name=parsed_args.key_name,
        number=number,
    )
    goal = create.Create(
        request=request.CreateRequest(
            hypervisors=wanted,
            image_id=facts.image_id,
            flavor_id=facts.flavor.id if facts.flavor else '',
            network_id=facts.network_id,
            key_name=parsed_args.key_name,
            vnic_type=parsed_args.vnic_type,
            domain=parsed_args.domain,
            properties=parsed_args.properties,
            retries=parsed_args.retries,
            delete_on_failure=parsed_args.on_failure == 'delete',
            wait=parsed_args.wait,
        )
    )
    ledger = progress.Ledger(started_at=now)
    return Plan(
        goal=goal,
        checks=preflight.checks(facts, number, look.nodes),
        verdicts=goal.decide(look, ledger, now),
    )


def insist(plan: Plan) -> None:
    """Go no further when a check failed.

    :raises InvalidRequest: with everything that stands in the way
    """
    if plan.failed:
        raise exceptions.InvalidRequest(
            '; '.join(check.message for check in plan.failed)
        )


def _check_properties(properties: dict[str, str]) -> None:
    for key in properties:
        if key.startswith(identity.METADATA_PREFIX):
            raise exceptions.InvalidRequest(
                f'--property {key}: keys that start with '
                f"{identity.METADATA_PREFIX} are hvctl's own; choose another"
            )


def _wanted(
    names: tuple[str, ...], parsed_args: argparse.Namespace
) -> dict[str, request.Wanted]:
    if parsed_args.user_data is not None:
        own = limits.encode(
            _read(parsed_args.user_data, '--user-data'),
            f'--user-data {parsed_args.user_data}',
        )
        return {
            name: request.Wanted(
                name=name, compute_id=None, user_data=lambda _: own
            )
            for name in names
        }
    source = f'--config {parsed_args.config}'
    try:
        text = _read(parsed_args.config, '--config').decode()
    except UnicodeDecodeError as error:
        raise exceptions.InvalidRequest(
            f'{source} is not a text in UTF-8, so it is no nova.conf'
        ) from error
    config = fragment.read(text, source)
    return {
        name: _from_config(name, parsed_args.domain, config, source)
        for name in names
    }


def _from_config(
    name: str,
    domain: str | None,
    config: fragment.Fragment,
    source: str,
) -> request.Wanted:
    def user_data(compute_id: str | None) -> str:
        assert compute_id is not None
        document = builtin.render(
            name=name,
            domain=domain,
            compute_id=compute_id,
            fragment=config,
        )
        return limits.encode(document.encode(), source)

    compute_id = identity.new_compute_id(name, secrets.token_bytes(6))
    user_data(compute_id)  # too large is found now, not half way
    return request.Wanted(
        name=name, compute_id=compute_id, user_data=user_data
    )


def _read(path: str, option: str) -> bytes:
    try:
        return pathlib.Path(path).expanduser().read_bytes()
    except OSError as error:
        raise exceptions.InvalidRequest(
            f'{option} {path} cannot be read: '
            f'{os.strerror(error.errno) if error.errno else error}'
        ) from error


#: What each step of a plan does, in words.
STEP_WORDS: dict[type[steps.Step], str] = {
    steps.CreateProvider: 'create the resource provider',
    steps.SetHoldInventory: 'give it an inventory for the hold',
    steps.PlaceHold: 'place the hold: nobody can land there',
    steps.CreatePort: 'create the port',
    steps.CreateServer: 'create the server, and wait for nova-compute',
    steps.DisableService: 'disable the compute service',
    steps.EnableService: 'enable the compute service',
    steps.NoteTimes: 'note the times of its phases',
    steps.LiftHold: 'lift the hold: guests can land there',
    steps.DeleteServer: 'delete a server that lost a race',
}
