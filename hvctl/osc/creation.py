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
from hvctl.decide import create
from hvctl.decide import names as names_module
from hvctl.model import identity
from hvctl.model import progress
from hvctl.model import request
from hvctl.model import steps
from hvctl.userdata import builtin
from hvctl.userdata import fragment
from hvctl.userdata import limits


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What ``create`` would do now.

    :ivar verdicts: the first verdict on each name
    """

    verdicts: dict[str, progress.Verdict]

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way."""
        return all(
            verdict.outcome is None or verdict.outcome.ok
            for verdict in self.verdicts.values()
        )


def goal(
    client: client_module.Client, parsed_args: argparse.Namespace
) -> create.Create:
    """Check everything that can be checked, and make the goal.

    :raises InvalidRequest: when something is wrong with what was asked for
    :raises CloudError: when the cloud cannot be asked
    """
    names = names_module.check(parsed_args.names)
    names_module.check_domain(parsed_args.domain)
    _check_properties(parsed_args.properties)
    wanted = _wanted(names, parsed_args)
    found = client.resolve.resolve(
        image=parsed_args.image,
        flavor=parsed_args.flavor,
        network=parsed_args.network,
        key_name=parsed_args.key_name,
    )
    return create.Create(
        request=request.CreateRequest(
            hypervisors=wanted,
            image_id=found.image_id,
            flavor_id=found.flavor_id,
            network_id=found.network_id,
            key_name=found.key_name,
            vnic_type=parsed_args.vnic_type,
            domain=parsed_args.domain,
            properties=parsed_args.properties,
            wait=parsed_args.wait,
        )
    )


def plan(client: client_module.Client, goal: create.Create) -> Plan:
    """Take one look and decide, and do nothing."""
    now = datetime.datetime.now(datetime.UTC)
    ledger = progress.Ledger(started_at=now)
    look = client.observe(goal.scope(ledger))
    return Plan(verdicts=goal.decide(look, ledger, now))


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
