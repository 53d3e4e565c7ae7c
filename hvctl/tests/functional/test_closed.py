# SPDX-License-Identifier: Apache-2.0
"""A hypervisor is closed until create has proven it."""

from __future__ import annotations

import pathlib
import threading
import typing

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import recorder
from hvctl.tests.functional import shell

_OWN_USER_DATA = """\
#cloud-config
write_files:
- path: /etc/nova/nova.conf
  owner: root:nova
  permissions: '0640'
  content: |
    [DEFAULT]
    host = {host}
{fragment}
- path: /etc/neutron/neutron.conf
  owner: root:neutron
  permissions: '0640'
  content: |
    [DEFAULT]
    host = {host}
{transport}
runcmd:
- [systemctl, enable, --now, neutron-openvswitch-agent]
- [systemctl, enable, --now, nova-compute]
"""


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

    def test_own_user_data_is_closed_as_soon_as_it_shows(self) -> None:
        """Without a hold the service is disabled as soon as it registers."""
        name = hypervisors.name('own')
        fragment = pathlib.Path(shell.recipe()[-1]).read_text()
        transport = next(
            line
            for line in fragment.splitlines()
            if line.startswith('transport_url')
        )
        user_data = self.file(
            'user-data',
            _OWN_USER_DATA.format(
                host=name,
                fragment=_indented(fragment),
                transport=_indented(transport),
            ),
        )
        through = recorder.Recorder()
        self.addCleanup(through.close)
        made = self.succeed(
            shell.ephemeral(
                'create',
                name,
                *shell.recipe(config=None, user_data=user_data),
                environment=through.environment,
            )
        )
        self.assertIn('own user-data', made.stderr)
        self.assertEqual('done', made.json()[0]['Result'])
        self.assert_enabled(name)
        self.assertEqual(
            [
                'POST network /v2.0/ports',
                'POST compute /v2.1/servers',
                'PUT compute /v2.1/os-services/ID',
                'POST compute /v2.1/servers/ID/metadata',
                'PUT compute /v2.1/os-services/ID',
            ],
            [request.kind for request in through.changes],
        )
        with base.only(name):
            guest = self.boot()
            guests.wait(guest, 'ACTIVE')
        self.assertEqual(name, guests.host(guest))
        guests.delete(guest)
        server_id = typing.cast(str, made.json()[0]['Server ID'])
        deleted = hypervisors.delete(name)
        self.succeed(deleted)
        self.assert_nothing_left(name, server_id)


def _indented(text: str) -> str:
    return '\n'.join(f'    {line}' for line in text.splitlines())
