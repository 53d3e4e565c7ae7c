# SPDX-License-Identifier: Apache-2.0
"""A hypervisor is closed until create has proven it."""

from __future__ import annotations

import threading

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell

_PAUSE = 0.2


class Tenant(threading.Thread):
    """Asks for guests, one after the other, as soon as a host shows."""

    def __init__(self, host: str) -> None:
        super().__init__(daemon=True)
        self._host = host
        self._stop_event = threading.Event()
        #: Each answer: the seen state of the service, and the guest's status.
        self.answers: list[tuple[bool, str]] = []
        self.landed: list[str] = []
        #: What it broke off with.
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._ask()
        except Exception as error:
            self.error = error

    def close(self) -> None:
        """Stop asking, and fail if the asking did."""
        self._stop_event.set()
        self.join(60)
        if self.error is not None:
            raise self.error

    def _ask(self) -> None:
        # The pause leaves the processors to the hypervisor.
        while not self._stop_event.wait(_PAUSE):
            registered = facts.service(self._host) is not None
            if not registered:
                continue
            server_id = guests.boot()
            found = guests.wait(server_id, 'ERROR', 'ACTIVE')
            self.answers.append((registered, found['status']))
            if found['status'] == 'ACTIVE':
                self.landed.append(server_id)
                return
            guests.delete(server_id)


class TestClosed(base.FunctionalTestCase):
    def test_nobody_lands_before_the_hold_is_lifted(self) -> None:
        """No tenant gets a guest onto a host before create has opened it."""
        name = hypervisors.name('closed')
        tenant = Tenant(name)
        #: What a tenant had got when create was about to lift the hold.
        before: list[tuple[bool, str]] = []
        is_lift = recorder.matching(
            'DELETE', 'placement', '/allocations/[^/]+', answered=False
        )

        def watch(request: recorder.Request) -> bool:
            if is_lift(request):
                # Let one more guest be refused while all else is done.
                count = len(tenant.answers)
                facts.wait(
                    lambda: (
                        len(tenant.answers) > count
                        or tenant.landed
                        or tenant.error
                    ),
                    'one more answer',
                )
                before.extend(tenant.answers)
                self.open_but_held(name)
            return False

        through = recorder.Recorder(watch)
        self.addCleanup(through.close)
        with base.only(name):
            create = shell.ephemeral(
                'create',
                name,
                *shell.recipe(),
                environment=through.environment,
            )
            tenant.start()
            self.addCleanup(tenant.close)
            self.succeed(create)
            facts.wait(
                lambda: tenant.landed or tenant.error,
                'a guest to land at last',
            )
            tenant.close()
        self.addCleanup(guests.delete, *tenant.landed)
        self.assertGreater(len(before), 0)
        self.assertEqual({(True, 'ERROR')}, set(before), before)
        self.assertEqual(name, guests.host(tenant.landed[0]))
        hypervisors.share(name)

    def open_but_held(self, name: str) -> None:
        """See that the hold alone keeps guests out by then."""
        self.assert_enabled(name)
        (provider,) = facts.ours(name)['providers']
        self.assertEqual(1, len(facts.consumers(provider)))
