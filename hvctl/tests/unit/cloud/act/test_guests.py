# SPDX-License-Identifier: Apache-2.0
"""Tests of the moves of guests."""

from __future__ import annotations

from hvctl.model.results import (
    Accepted,
    Explained,
    Located,
)
from hvctl.model.steps import (
    AbortMigration,
    AskWhere,
    AskWhy,
    ColdMigrate,
    ConfirmMigration,
    ConfirmResize,
    ForceComplete,
    LiveMigrate,
    OffloadShelved,
    Shelve,
)
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting


class TestGuests(acting.TestCase):
    """Migrations."""

    url = f'{base.COMPUTE}/servers/g/action'

    def test_requests(self) -> None:
        """To wherever there is room; Nova's request id is kept."""
        for kind, body in (
            (
                LiveMigrate,
                {'os-migrateLive': {'host': None, 'block_migration': 'auto'}},
            ),
            (ColdMigrate, {'migrate': None}),
            (Shelve, {'shelve': None}),
            (OffloadShelved, {'shelveOffload': None}),
            (ConfirmMigration, {'confirmResize': None}),
            (ConfirmResize, {'confirmResize': None}),
        ):
            with self.subTest(kind=kind):
                self.mock.post(
                    self.url,
                    status_code=202,
                    headers={'x-openstack-request-id': 'req-1'},
                )

                done = self.act(kind(name='hv1', server_id='g'))

                self.assertEqual(body, self.last().json())
                self.assertEqual(Accepted('req-1'), done.answer)
                self.assertTrue(done.changed)

    def test_destination(self) -> None:
        """To the one host that was named."""
        self.mock.post(self.url, status_code=202)
        for kind, body in (
            (
                LiveMigrate,
                {'os-migrateLive': {'host': 'a', 'block_migration': 'auto'}},
            ),
            (ColdMigrate, {'migrate': {'host': 'a'}}),
        ):
            self.act(kind(name='hv1', server_id='g', destination='a'))

            self.assertEqual(body, self.last().json())

    def test_under_way(self) -> None:
        """What is over needs no force and no abort."""
        url = f'{base.COMPUTE}/servers/g/migrations/7'
        force = ForceComplete(name='hv1', server_id='g', migration_id=7)
        abort = AbortMigration(name='hv1', server_id='g', migration_id=7)
        for status, changed in ((202, True), (404, False), (400, False)):
            with self.subTest(status=status):
                self.mock.post(f'{url}/action', status_code=status, json={})
                self.mock.delete(url, status_code=status, json={})

                done = self.act(force)
                self.assertEqual({'force_complete': None}, self.last().json())
                self.assertEqual(changed, done.changed)
                done = self.act(abort)
                self.assertEqual(changed, done.changed)

    def test_refused(self) -> None:
        """A guest whose state forbids it is not tried again."""
        self.mock.post(self.url, **base.answer('nova409'))

        self.assert_fails(
            LiveMigrate(name='hv1', server_id='g'),
            transient=False,
            words='while it is in vm_state stopped',
        )

    def test_confirmed_already(self) -> None:
        """A migration that a rival has confirmed is confirmed."""
        step = ConfirmMigration(name='hv1', server_id='g')
        for answer in (base.answer('nova409'), base.answer('nova400')):
            with self.subTest(answer=answer):
                self.mock.post(self.url, **answer)

                self.assertFalse(self.act(step).changed)

    def test_ask_why(self) -> None:
        """The last error of the action's events, in one line."""
        self.mock.get(
            f'{base.COMPUTE}/servers/g/os-instance-actions/req-1',
            **base.answer('action'),
        )

        done = self.act(AskWhy(name='hv1', server_id='g', request_id='req-1'))

        self.assertFalse(done.changed)
        assert isinstance(done.answer, Explained)
        self.assertTrue(done.answer.text.startswith('No valid host was found'))

    def test_ask_why_of_the_host(self) -> None:
        """What a host says counts more than the conductor's summary."""
        events = [
            {'event': name, 'finish_time': at, 'result': result, 'details': d}
            for name, at, result, d in (
                ('compute_a', '2026-11-23T12:00:01', 'Error', 'CPU  differs.'),
                ('compute_b', '2026-11-23T12:00:02', 'Success', None),
                ('conductor_c', '2026-11-23T12:00:03', 'Error', 'No host'),
            )
        ]
        self.mock.get(
            f'{base.COMPUTE}/servers/g/os-instance-actions/req-1',
            json={'instanceAction': {'events': events}},
        )

        done = self.act(AskWhy(name='hv1', server_id='g', request_id='req-1'))

        self.assertEqual(Explained('CPU differs'), done.answer)

    def test_ask_where(self) -> None:
        """Its status and host, and nothing when it is deleted."""
        step = AskWhere(name='hv1', server_id='g')
        server = f'{base.COMPUTE}/servers/g'
        for host, status in (('hv2', 'ACTIVE'), (None, 'SHELVED_OFFLOADED')):
            with self.subTest(status=status):
                body = {'status': status, 'OS-EXT-SRV-ATTR:host': host}
                self.mock.get(server, json={'server': body})

                done = self.act(step)

                self.assertEqual(Located(status, host), done.answer)
                self.assertFalse(done.changed)
        self.mock.get(server, status_code=404, json={})
        done = self.act(step)
        self.assertIsNone(done.answer)
        self.assertFalse(done.changed)

    def test_ask_why_in_vain(self) -> None:
        """No reason is no error."""
        step = AskWhy(name='hv1', server_id='g', request_id='req-1')
        for answer in (
            {'status_code': 404, 'json': {}},
            {'json': {'instanceAction': {'events': None}}},
            {'json': {'instanceAction': {'events': [{'result': 'Success'}]}}},
        ):
            with self.subTest(answer=answer):
                self.mock.get(
                    f'{base.COMPUTE}/servers/g/os-instance-actions/req-1',
                    **answer,
                )

                self.assertIsNone(self.act(step).answer)
