# SPDX-License-Identifier: Apache-2.0
"""Tests of how a hypervisor is kept closed until it is proven good."""

from __future__ import annotations

import typing
import unittest

from hvctl.decide.create import closing
from hvctl.model import identity
from hvctl.model.hypervisor import Phase
from hvctl.model.steps import (
    CreateProvider,
    DisableService,
    NoteTimes,
    RestoreHold,
    SetHoldInventory,
)
from hvctl.model.verdict import Verdict
from hvctl.tests.fixtures import builders
from hvctl.tests.fixtures import clocks
from hvctl.tests.fixtures import deciding
from hvctl.tests.fixtures import requests

CHOSEN = deciding.CHOSEN
CLOSE = DisableService(
    name='hv1',
    service_id=builders.a_service().id,
    reason=identity.REASON_CREATE,
)
MAKE = CreateProvider(name='hv1', provider_id=CHOSEN, provider_name='hv1')
HOLD = (
    SetHoldInventory(name='hv1', provider_id=CHOSEN),
    RestoreHold(name='hv1', provider_id=CHOSEN),
)
CLOSED = builders.a_disabled_service(identity.REASON_CREATE)
NEW = builders.a_server()
#: What has its hold, and is not proven good.
HELD: dict[str, typing.Any] = {
    'server': NEW,
    'has_room': False,
    'hold': identity.FULL_HOLD,
}
OPEN = HELD | {'has_room': True, 'hold': 0}


class TestKeepClosed(unittest.TestCase):
    """What nothing keeps closed is closed."""

    def test_steps(self) -> None:
        """By its service, and by its hold where that helps."""
        for parts, steps in (
            (HELD, ()),
            (OPEN, (CLOSE, *HOLD)),
            (OPEN | {'service': CLOSED}, HOLD),
            (OPEN | {'service': None}, HOLD),
            (HELD | {'hold': identity.FULL_HOLD - 1}, (CLOSE, *HOLD)),
            (HELD | {'hold': None}, ()),
            (HELD | {'provider': None, 'hold': None}, (CLOSE, MAKE, *HOLD)),
            # The hold is whole, and leaves room.
            (HELD | {'has_room': True}, (CLOSE,)),
            (HELD | {'has_room': True, 'service': CLOSED}, ()),
            # Its nova-compute chooses the id.
            (OPEN | {'compute_id': None}, (CLOSE,)),
            (HELD | {'compute_id': None}, (CLOSE,)),
            (OPEN | {'compute_id': None, 'service': CLOSED}, ()),
            # It is not there, or good.
            (OPEN | {'server': None}, ()),
            (OPEN | {'server': builders.an_opened_server()}, ()),
        ):
            with self.subTest(parts=parts):
                case = requests.a_case(
                    builders.a_hypervisor(**parts), deciding.a_ledger()
                )

                self.assertEqual(
                    Verdict(status=case.status, steps=steps)
                    if steps
                    else None,
                    closing.keep_closed(case),
                )

    def test_just_proven(self) -> None:
        """What this run has proven good may not be in this look yet."""
        note = NoteTimes(name='hv1', server_id=NEW.id, metadata={})
        case = requests.a_case(
            builders.a_hypervisor(**OPEN), deciding.a_ledger(done={note: True})
        )

        self.assertIsNone(closing.keep_closed(case))

    def test_another_id(self) -> None:
        """A service that has no compute node for a minute is closed."""
        registered = builders.a_hypervisor(
            **HELD, compute_node=None, reported=False
        )
        unmapped = builders.a_hypervisor(**HELD, compute_node=None)
        for hv, phase, seconds, closed in (
            (registered, Phase.REGISTERED, 59, False),
            (registered, Phase.REGISTERED, 60, True),
            (registered, Phase.REGISTERED, 61, True),
            (unmapped, Phase.UNMAPPED, 61, False),
        ):
            with self.subTest(phase=phase, seconds=seconds):
                case = requests.a_case(
                    hv,
                    deciding.a_ledger(changed_at={'hv1': clocks.ago(seconds)}),
                )
                case.ledger.statuses['hv1'] = case.status

                verdict = closing.keep_closed(case)

                self.assertEqual(phase, case.status.phase)
                self.assertEqual(
                    Verdict(status=case.status, steps=(CLOSE,))
                    if closed
                    else None,
                    verdict,
                )


class TestProvider(unittest.TestCase):
    """The provider that is made for the hold."""

    def test_name(self) -> None:
        """It has the name that libvirt gives the host, as far as known."""
        node = builders.a_compute_node(hostname='hv1.b.org')
        for compute_node, domain, name in (
            (None, None, 'hv1'),
            (None, 'a.org', 'hv1.a.org'),
            (node, 'a.org', 'hv1.b.org'),
        ):
            with self.subTest(name=name):
                case = requests.a_case(
                    builders.a_hypervisor(compute_node=compute_node),
                    deciding.a_ledger(),
                    domain=domain,
                )

                self.assertEqual(
                    CreateProvider(
                        name='hv1', provider_id=CHOSEN, provider_name=name
                    ),
                    closing.make_provider(case, CHOSEN),
                )
