# SPDX-License-Identifier: Apache-2.0
"""Tests of what Ironic tells of a deploy."""

from __future__ import annotations

from hvctl import exceptions
from hvctl.model.results import (
    Explained,
    Hosting,
)
from hvctl.model.steps import (
    AskNode,
    FindNodes,
)
from hvctl.tests.fixtures import clocks
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.act import acting


class TestBaremetal(acting.TestCase):
    """What Ironic knows of a deploy."""

    STEP = AskNode(name='hv1', node_id='n1', since=clocks.START)
    HISTORY = f'{base.BAREMETAL}/nodes/n1/history'

    @staticmethod
    def event(minute: int, text: str, **changes: str) -> dict[str, str]:
        """An entry of a node's history."""
        return {
            'uuid': str(minute),
            'created_at': f'2026-11-23T12:0{minute}:00+00:00',
            'severity': 'ERROR',
            'event_type': 'deploying',
            'event': text,
            **changes,
        }

    def test_newest_error(self) -> None:
        """The newest error of the deploy counts, not what follows from it."""
        events = [
            self.event(2, 'no  power.'),
            self.event(1, 'no image'),
            self.event(3, 'cleaning failed', event_type='cleaning'),
            self.event(4, 'all is well', severity='INFO'),
            self.event(5, 'aborted at step', event_type='deployment_end'),
        ]
        self.mock.get(self.HISTORY, **base.listed('history', *events))

        self.assertEqual(Explained('no power'), self.act(self.STEP).answer)
        headers = self.last().headers
        self.assertEqual('1.78', headers['X-OpenStack-Ironic-API-Version'])

    def test_earlier_deploys(self) -> None:
        """What went wrong before the server was made is not told."""
        old = self.event(0, 'x') | {'created_at': '2026-11-23T11:59:00+00:00'}
        self.mock.get(self.HISTORY, **base.listed('history', old))

        self.assertIsNone(self.act(self.STEP).answer)

    def test_may_not_be_read(self) -> None:
        """An Ironic that does not tell is no failure of its own."""
        for status in (403, 404, 406):
            with self.subTest(status=status):
                self.mock.get(self.HISTORY, status_code=status, json={})

                self.assertIsNone(self.act(self.STEP).answer)

    def test_refused_for_now(self) -> None:
        """What it does not tell now it may tell later."""
        for status in (401, 500, 503):
            with self.subTest(status=status):
                self.mock.get(self.HISTORY, status_code=status, json={})

                with self.assertRaisesRegex(
                    exceptions.CloudError, 'history'
                ) as caught:
                    self.act(self.STEP)

                self.assertTrue(caught.exception.passes)


class TestFindNodes(acting.TestCase):
    """Which nodes have a server of a name."""

    STEP = FindNodes(name='hv1')
    NODES = f'{base.BAREMETAL}/nodes'

    def test_by_name(self) -> None:
        """The name that Nova has written on a node tells it."""
        nodes = [
            {
                'uuid': name,
                'instance_uuid': f'server of {name}',
                'instance_info': info,
            }
            for name, info in (
                ('n1', {'display_name': 'hv1'}),
                ('n2', {'display_name': 'hv10'}),
                ('n3', {}),
                ('n4', None),
            )
        ]
        self.mock.get(self.NODES, **base.listed('nodes', *nodes))

        self.assertEqual(
            Hosting(('server of n1',)), self.act(self.STEP).answer
        )

    def test_may_not_be_read(self) -> None:
        """An Ironic that does not tell is no failure of its own."""
        self.mock.get(self.NODES, status_code=403, json={})

        self.assertIsNone(self.act(self.STEP).answer)

    def test_refused_for_now(self) -> None:
        """That it cannot be asked now does not prove that there is none."""
        for status in (401, 500, 503):
            with self.subTest(status=status):
                self.mock.get(self.NODES, status_code=status, json={})

                with self.assertRaisesRegex(
                    exceptions.CloudError, 'node'
                ) as caught:
                    self.act(self.STEP)

                self.assertTrue(caught.exception.passes)
