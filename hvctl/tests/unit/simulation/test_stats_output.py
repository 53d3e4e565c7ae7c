# SPDX-License-Identifier: Apache-2.0
"""Tests of how the figures of a simulated cloud are printed."""

from __future__ import annotations

import pathlib
import re
import typing
import unittest

from prometheus_client.openmetrics import parser
import yaml

from hvctl.decide import stats
from hvctl.model.hypervisor import Phase
from hvctl.osc.output import openmetrics
from hvctl.tests.simulation import clock
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import commands
from hvctl.tests.simulation import numbers

_ROOT = pathlib.Path(__file__).parents[4]
_RULES = _ROOT / 'examples' / 'prometheus' / 'hvctl.rules.yaml'
_SIZE = numbers.Size(hosts=6, ours=3, guests=4, free_nodes=2)


class _Impatient(commands.Waiting):
    """Presses Ctrl-C instead of waiting for the third time."""

    def __init__(self, time: clock.Clock) -> None:
        super().__init__(time)
        self.paused: list[float] = []

    def wait(self, work: typing.Any, seconds: float) -> None:
        """Let time pass, twice."""
        if not work:
            self.paused.append(seconds)
            if len(self.paused) == 3:
                raise KeyboardInterrupt
        super().wait(work, seconds)


class TestOutput(unittest.TestCase):
    """What is printed beside a table."""

    def setUp(self) -> None:
        self.cloud = cloud.Cloud(1, _SIZE)

    def type(self, *words: str) -> commands.Result:
        """Type the command."""
        return commands.run(
            self.cloud, *('hypervisor', 'ephemeral', 'stats', 'show'), *words
        )

    def test_prometheus(self) -> None:
        """Its own parser reads every figure, in base units."""
        text = self.type('-f', 'prometheus', '--flavor', 'small').stdout

        found = {
            (sample.name, *sample.labels.values()): sample.value
            for family in parser.text_string_to_metric_families(text)
            for sample in family.samples
        }
        shown = self.type('-f', 'json', '--flavor', 'small').json()
        self.assertEqual(
            {
                ('hvctl_hypervisors', 'enabled'): 3,
                ('hvctl_guests',): 12,
                ('hvctl_guests_by_status', 'ACTIVE'): 12,
                ('hvctl_vcpus',): shown['vcpus'],
                ('hvctl_vcpus_used',): shown['vcpus_used'],
                ('hvctl_memory_bytes',): shown['memory_mb'] << 20,
                ('hvctl_memory_used_bytes',): shown['memory_mb_used'] << 20,
                ('hvctl_disk_bytes',): shown['disk_gb'] << 30,
                ('hvctl_disk_used_bytes',): shown['disk_gb_used'] << 30,
                ('hvctl_metal_nodes', 'free'): 2,
                ('hvctl_metal_nodes', 'in use'): 3,
                ('hvctl_free_seats', 'small'): shown['free_seats']['small'],
            },
            found,
        )

    def test_no_other_command(self) -> None:
        """Others do not print tables for it."""
        with self.assertRaises(SystemExit):
            commands.run(
                self.cloud, 'hypervisor', 'ephemeral', 'list', '-fprometheus'
            )

    def test_watch(self) -> None:
        """A line for each look, until Ctrl-C."""
        waiting = _Impatient(self.cloud.clock)

        stopped = commands.run(
            self.cloud,
            *('hypervisor', 'ephemeral', 'stats', 'show', '--watch'),
            waiting=waiting,
        )

        lines = stopped.stdout.splitlines()
        self.assertEqual(3, len(lines), stopped)
        for line in lines:
            self.assertRegex(
                line,
                r'^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ ACTIVE=12 BUILD=0 '
                r'ERROR=0$',
            )
        self.assertEqual(3, len({line.split()[0] for line in lines}))
        self.assertGreaterEqual(min(waiting.paused), 5)


class TestRules(unittest.TestCase):
    """The example of rules for alerts."""

    def test_alerts(self) -> None:
        """Each is about what there is, and names a page that there is."""
        metrics = {f'hvctl_{g.name}' for g in openmetrics.GAUGES.values()}
        known = {
            'phase': set(map(str, Phase)),
            'use': {*stats.METAL},
            'status': {'ERROR'},
        }
        (group,) = yaml.safe_load(_RULES.read_text())['groups']
        for rule in group['rules']:
            with self.subTest(rule['alert']):
                asked = set(re.findall(r'hvctl_\w+', rule['expr']))
                self.assertLessEqual(asked, metrics)
                for label, words in re.findall(
                    r'(\w+)=~?"([^"]*)"', rule['expr']
                ):
                    self.assertLessEqual({*words.split('|')}, known[label])
                page = rule['annotations']['page']
                path = _ROOT / 'doc' / 'source' / f'{page}.rst'
                self.assertTrue(path.exists(), path)
