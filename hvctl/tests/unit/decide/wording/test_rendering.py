# SPDX-License-Identifier: Apache-2.0
"""Tests of how reasons become words, and data for programs."""

from __future__ import annotations

import unittest

from hvctl.decide.wording import rendering
from hvctl.decide.wording import templates
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import HolderCode, OutcomeCode
from hvctl.model.reasons import Reason
from hvctl.model.verdict import Outcome

STOPPED = Reason.of(OutcomeCode.STOPPED, name='hv1')
SERVICE = Reason.of(HolderCode.SERVICE, id='i1', host='hv1', up=False)


class TestWords(unittest.TestCase):
    """What is so, and what to type next."""

    def test_nothing(self):
        """Where there is no reason, there is nothing to say."""
        for render in (
            rendering.reason,
            rendering.remedy,
            rendering.sentence,
            rendering.outcome,
        ):
            with self.subTest(render=render.__name__):
                self.assertEqual('', render(None))

    def test_outcome(self):
        """What came afterwards replaces what would have been to type."""
        for afterwards, words in (
            (None, 'stopped before hv1 was disabled; the same command again'),
            (
                Reason.of(OutcomeCode.REQUEST_FAILED, message='it is gone'),
                'stopped before hv1 was disabled; it is gone',
            ),
        ):
            with self.subTest(words=words):
                ended = Outcome(
                    ok=False, reason=STOPPED, afterwards=afterwards
                )

                self.assertEqual(words, rendering.outcome(ended))


class TestData(unittest.TestCase):
    """Facts for JSON."""

    def test_data(self):
        """Lists stay lists, and a reason is its code and its facts."""
        why = Reason.of(
            OutcomeCode.NAME_TAKEN, name='hv1', holders=(SERVICE, ('a', 2))
        )

        self.assertEqual(
            {
                'name': 'hv1',
                'holders': [
                    {
                        'code': 'service',
                        'facts': {'id': 'i1', 'host': 'hv1', 'up': False},
                    },
                    ['a', 2],
                ],
            },
            rendering.data(why),
        )
        self.assertEqual({}, rendering.data(None))


class TestTemplates(unittest.TestCase):
    """Words and the facts that they are made of."""

    def test_facts(self):
        """Those of both templates, and what functions say that they read."""
        words = Words('{b} has {a:things}', lambda facts: '', ('c',))

        self.assertEqual(('a', 'b', 'c'), templates.facts(words))
        self.assertEqual(('a', 'b'), templates.facts(Words('{b} {b}', '{a}')))
