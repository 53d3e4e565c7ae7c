# SPDX-License-Identifier: Apache-2.0
"""Tests of what is asked before a create."""

from __future__ import annotations

from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.ask import asking


class TestAsk(asking.TestCase):
    """Everything at once."""

    def test_found(self) -> None:
        """Names become ids, and the flavor tells what it asks for."""
        facts = self.ask(image='debian', flavor='metal', network='internalapi')

        self.assertEqual((), facts.problems)
        self.assertEqual('i1', facts.image_id)
        self.assertEqual('n1', facts.network_id)
        assert facts.flavor is not None
        self.assertEqual('f1', facts.flavor.id)
        self.assertEqual(
            {'CUSTOM_BAREMETAL': 1, 'VCPU': 0}, facts.flavor.resources
        )
        self.assertEqual(('CUSTOM_FAST',), facts.flavor.required)

    def test_missing(self) -> None:
        """Everything that is missing is named at once."""
        facts = self.ask(image='nothing', network='nothing')

        self.assertEqual(
            ['there is no image nothing', 'there is no network nothing'],
            list(facts.problems),
        )

    def test_nothing_to_look_up(self) -> None:
        """What has no name is not asked for."""
        facts = self.ask(image=None, flavor=None, network=None)

        self.assertEqual((), facts.problems)
        self.assertEqual('', facts.image_id)
        self.assertIsNone(facts.flavor)

    def test_ambiguous(self) -> None:
        """Two of one name are one too many."""
        url = f'{base.NETWORK}/networks'
        twins = [{'id': i, 'name': 'twin'} for i in ('a', 'b')]
        self.mock.get(f'{url}/twin', status_code=404, json={})
        self.mock.get(f'{url}?name=twin', json={'networks': twins})

        (message,) = self.ask(network='twin').problems

        self.assertIn('more than one network twin: give its id', message)

    def test_cannot_be_asked(self) -> None:
        """What cannot be asked is said, and does not hide the rest."""
        self.mock.get(f'{base.NETWORK}/networks/n1', status_code=500, json={})
        self.mock.get(f'{base.COMPUTE}/limits', status_code=503, json={})
        self.mock.get(asking.CANDIDATES, status_code=403, json={})

        facts = self.ask(image='nothing')

        for message, words in zip(
            facts.problems,
            (
                'there is no image nothing',
                'could not look up the network',
                'could not read the quota of servers',
                'could not ask Placement for free nodes',
            ),
            strict=True,
        ):
            self.assertIn(words, message)
        self.assertIsNone(facts.candidates)

    def test_no_endpoint(self) -> None:
        """A service that is not there is named, and does not hide the rest."""
        for types, word in (
            (('image',), 'image'),
            (('bare-metal', 'baremetal'), 'no bare-metal endpoint'),
        ):
            with self.subTest(types=types):
                self.conn = self.connect('', without=types)

                (message,) = self.ask().problems

                self.assertIn(word, message)
