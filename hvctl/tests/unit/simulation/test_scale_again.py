# SPDX-License-Identifier: Apache-2.0
"""Tests of scales that are stopped, and of two at once."""

from __future__ import annotations

from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import operators
from hvctl.tests.simulation import perils
from hvctl.tests.simulation import rivals
from hvctl.tests.unit.simulation import scaling


class TestWhateverHappens(scaling.TestCase):
    """The same command gets there, and there are never more."""

    def test_killed(self) -> None:
        """Killed at any moment, or with answers lost."""
        for seed in range(6):
            for to in (5, 1, 0):
                with self.subTest(seed=seed, to=to):
                    self.start(seed)
                    before = self.guests()
                    operator = operators.Operator(self.cloud, self.chance)

                    _, *words = self.words('--to', str(to))
                    operator.succeed('scale', *words, '--max-draining', '100%')

                    self.assertEqual(to, len(self.there('p')))
                    self.assertEqual({*self.there()}, self.enabled())
                    self.assertEqual(before.keys(), self.guests().keys())

    def test_each_request(self) -> None:
        """Killed at each of its first changes on the way up."""
        for number in range(0, 16, 2):
            for what in (perils.What.KILLED, perils.What.LOST):
                with self.subTest(number=number, what=what):
                    self.start(number)
                    operator = operators.Operator(self.cloud, self.chance)
                    _, *words = self.words('--to', '5')
                    operator.type(
                        'scale',
                        *words,
                        peril=perils.Peril(
                            what=what,
                            when=perils.When.AFTER_WRITE,
                            number=number,
                        ),
                    )

                    again = operator.type('scale', *words)

                    assert again is not None
                    self.assertEqual(0, again.status, again.stderr)
                    self.assertEqual(
                        [*scaling.OURS, 'hv00004', 'hv00005'], self.there('p')
                    )
                    self.assertEqual(5, len(self.enabled()))


class TestTwoAtOnce(scaling.TestCase):
    """Two who want the same number get it together."""

    def test_same(self) -> None:
        """There are never more, neither on the way up nor in the end."""
        for seed in range(3):
            for to in (5, 2):
                with self.subTest(seed=seed, to=to):
                    self.start(seed)
                    most = 0

                    def watch() -> None:
                        nonlocal most
                        most = max(most, len({*self.there()}))

                    words = self.words('--to', str(to))
                    results = rivals.type_at_once(
                        self.cloud, self.chance, words, words, watch=watch
                    )

                    for result in results:
                        self.assertEqual(0, result.status, result)
                    self.assertEqual(to, len(self.there('p')))
                    self.assertEqual({*self.there()}, self.enabled())
                    self.assertLessEqual(most, max(3, to))

    def test_from_nothing(self) -> None:
        """None is there, and both make the same three."""
        for seed in range(3):
            with self.subTest(seed=seed):
                self.start(seed, numbers.Size(hosts=2, free_nodes=4))
                words = self.words(
                    '--to', '3', '--name-format', 'supercloud%02d'
                )

                results = rivals.type_at_once(
                    self.cloud, self.chance, words, words
                )

                for result in results:
                    self.assertEqual(0, result.status, result)
                self.assertEqual(
                    [f'supercloud0{number}' for number in (1, 2, 3)],
                    self.there('p'),
                )
                self.assertEqual(3, len(self.enabled()))
