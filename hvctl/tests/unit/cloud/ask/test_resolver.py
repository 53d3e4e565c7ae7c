# SPDX-License-Identifier: Apache-2.0
"""Tests of what is asked before a create."""

from __future__ import annotations

import typing

import requests

from hvctl.model.profile import Subnetwork
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.ask import asking

#: What a service, or a proxy before it, says when it cannot answer.
_BAD: tuple[dict[str, typing.Any], ...] = (
    {'status_code': 403, 'json': {}},
    {'status_code': 503, 'text': '<html>Back soon</html>'},
    {'exc': requests.ConnectionError('no route')},
    {'json': ['no object']},
)


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

    def test_image_that_is_not_active(self) -> None:
        """Nova would refuse it when the port is made already."""
        for status, problems in (
            ('active', 0),
            ('deactivated', 2),
            ('queued', 2),
        ):
            self.mock.get(
                f'{base.IMAGE}/images/i1',
                json={**asking.IMAGE, 'status': status},
            )
            with self.subTest(status=status):
                facts = self.ask(test_image='i1')

                self.assertEqual(problems, len(facts.problems))
                for problem in facts.problems:
                    self.assertIn(f'image debian is {status}', problem)

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

        self.assert_said(
            facts.problems,
            'there is no image nothing',
            'could not look up the network',
        )
        self.assert_said(
            facts.unknown,
            'could not read the quota of servers',
            'could not ask Placement for free nodes',
        )
        self.assertIsNone(facts.candidates)

    def assert_said(self, said: tuple[str, ...], *words: str) -> None:
        """See that each thing is said in one line, and nothing else."""
        self.assertEqual(len(words), len(said), said)
        for message, part in zip(said, words, strict=True):
            self.assertIn(part, message)
            self.assertNotIn('\n', message)

    def test_checks_that_cannot_be_made(self) -> None:
        """Without an answer, or one that makes sense, nothing is wrong."""
        keypairs = f'{base.COMPUTE}/os-keypairs'
        trunks = f'{base.NETWORK}/extensions'
        ports = f'{base.NETWORK}/ports'
        subnet = {'id': 's1', 'cidr': '10.0.0.0/24'}
        self.mock.get(f'{base.NETWORK}/subnets', json={'subnets': [subnet]})
        for url in (f'{trunks}/trunk', f'{keypairs}/k'):
            self.mock.get(url, status_code=404, json={})
        sub = Subnetwork(network='n1')
        for url, changes, words in (
            (f'{base.COMPUTE}/limits', {}, 'the quota of servers'),
            (asking.QUOTA, {}, 'the quota of ports'),
            (asking.CANDIDATES, {}, 'ask Placement for free nodes'),
            (keypairs, {'key_name': 'k'}, 'look up the keypair'),
            (ports, {'fixed_ip': '10.0.0.9'}, 'look up the fixed IP'),
            (trunks, {'subnetworks': (sub,)}, 'look up the trunk service'),
        ):
            self.all_well()
            for answer in _BAD:
                with self.subTest(words=words, answer=answer):
                    self.mock.get(url, **answer)

                    facts = self.ask(**changes)

                    self.assert_said(facts.problems)
                    self.assert_said(facts.unknown, words)

    def test_missing_all_the_same(self) -> None:
        """What is said not to be there is wrong, check or not."""
        url = f'{base.COMPUTE}/os-keypairs'
        self.mock.get(f'{url}/nothing', status_code=404, json={})
        self.mock.get(url, json={'keypairs': []})

        facts = self.ask(key_name='nothing')

        self.assertEqual(('there is no keypair nothing',), facts.problems)
        self.assertEqual((), facts.unknown)

    def test_no_endpoint(self) -> None:
        """A service that is not there is named, and does not hide the rest."""
        self.conn = self.connect('', without=('image',))
        self.assert_said(self.ask().problems, 'image')
        self.conn = self.connect('', without=('bare-metal', 'baremetal'))
        facts = self.ask()
        self.assert_said(facts.problems)
        self.assert_said(facts.unknown, 'no bare-metal endpoint')

    def test_image_by_its_id(self) -> None:
        """Nova knows an image that cannot be seen from here."""
        image_id = builders.an_id('image')
        names = {'image': image_id, 'test_image': image_id}
        self.conn = self.connect('', without=('image',))

        facts = self.ask(**names)

        self.assert_said(facts.problems)
        self.assert_said(facts.unknown, 'image', 'image')
        self.assertEqual(image_id, facts.image_id)
        self.assertEqual(image_id, facts.test_image_id)
        self.conn = self.connect('')
        self.mock.get(
            f'{base.IMAGE}/images/{image_id}', status_code=404, json={}
        )
        self.mock.get(f'{base.IMAGE}/images', json={'images': []})
        self.assert_said(
            self.ask(**names).problems,
            f'there is no image {image_id}',
            f'there is no test image {image_id}',
        )
