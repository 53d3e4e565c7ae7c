# SPDX-License-Identifier: Apache-2.0
"""A test guest that is moved, for tests of the decisions about it."""

from __future__ import annotations

import dataclasses
import typing

from hvctl.decide import health_moves
from hvctl.decide.case import Case
from hvctl.model import identity
from hvctl.model.codes import StatusCode
from hvctl.model.drain_options import Method
from hvctl.model.hypervisor import Phase, Status
from hvctl.model.migration import Migration
from hvctl.model.reasons import Reason
from hvctl.model.request import HealthTest
from hvctl.model.results import Accepted, Explained
from hvctl.model.steps import (
    AskWhy,
    ColdMigrate,
    ConfirmMigration,
    LiveMigrate,
    MoveStep,
    Step,
)
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding

LIVE, COLD = Method.LIVE, Method.COLD
TEST = HealthTest(flavor_id='f', image_id='i', timeout=60, move=(LIVE, COLD))

GUEST = builders.a_guest('test', metadata={identity.TEST_KEY: 'hv1'})
LOOK = builders.a_snapshot(
    'hv1',
    'hv2',
    providers_for_tests=frozenset(map(builders.a_compute_id, ('hv1', 'hv2'))),
)

NAMES: dict[str, typing.Any] = {'name': 'hv1', 'server_id': GUEST.id}
LIVE_AWAY = LiveMigrate(**NAMES, destination='hv2')
LIVE_BACK = LiveMigrate(**NAMES, destination='hv1')
COLD_AWAY = ColdMigrate(**NAMES, destination='hv2')
COLD_BACK = ColdMigrate(**NAMES, destination='hv1')
CONFIRM = ConfirmMigration(**NAMES)
ASK = AskWhy(**NAMES, request_id='r')


def record(
    number: int, way: str, status: str = 'completed', kind: str = 'live'
) -> Migration:
    """A record of the test guest, as in ``hv1 hv2``."""
    source, destination = way.split()
    return builders.a_migration(
        'test',
        id=number,
        uuid=f'm{number}',
        source=source,
        destination=None if destination == '-' else destination,
        status=status,
        migration_type='live-migration' if kind == 'live' else 'migration',
    )


L1, L2 = record(1, 'hv1 hv2'), record(2, 'hv2 hv1')
C1 = record(3, 'hv1 hv2', 'confirmed', 'cold')
C2 = record(4, 'hv2 hv1', 'confirmed', 'cold')


def a_case(
    records: tuple[Migration, ...] | None = (),
    host: str | None = 'hv1',
    ledger: dict[str, typing.Any] | None = None,
    look: typing.Any = LOOK,
    **guest: typing.Any,
) -> Case:
    """The case of hv1, whose test guest is so, with what the ledger has."""
    found = dataclasses.replace(GUEST, host=host, **guest)
    moved = {} if records is None else {GUEST.id: records[::-1]}
    look = dataclasses.replace(
        look,
        test_guests=(found, *look.test_guests),
        test_migrations=moved,
    )
    hv = builders.a_hypervisor(
        test_guests=(found,), test_migrations=records or ()
    )
    return Case.of(look, hv, deciding.a_ledger(**ledger or {}), clocks.START)


def sent(*steps: Step, **more: typing.Any) -> dict[str, typing.Any]:
    """What the ledger has of requests, the last one a minute ago."""
    times = range(60 * len(steps), 0, -60)
    return {
        'done': dict.fromkeys(steps, True),
        'done_at': {
            step: clocks.ago(seconds)
            for step, seconds in zip(steps, times, strict=True)
        },
        'answers': {
            step: Accepted('r') for step in steps if isinstance(step, MoveStep)
        },
        **more,
    }


def told(words: str | None, *steps: Step) -> dict[str, typing.Any]:
    """The same, once Nova was asked why the last one failed."""
    found = sent(*steps, ASK)
    if words is not None:
        found['answers'][ASK] = Explained(words)
    return found


def waited(code: StatusCode, method: Method, seconds: int = 61) -> typing.Any:
    """What the ledger has where one state has lasted so long."""
    reason = Reason.of(code, method=method)
    return {
        'statuses': {'hv1': Status(phase=Phase.READY, reason=reason)},
        'changed_at': {'hv1': clocks.ago(seconds)},
    }


def follow(case: Case, test: HealthTest = TEST) -> health_moves.Moving:
    """How its moves stand, while they are not through."""
    moving = health_moves.follow(case, test)
    assert moving is not None
    return moving
