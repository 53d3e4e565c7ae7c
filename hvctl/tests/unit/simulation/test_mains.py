# SPDX-License-Identifier: Apache-2.0
"""Main jobs in small simulated clouds, with whatever goes wrong in them."""

from __future__ import annotations

from concurrent import futures
import itertools
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import typing
import unittest

from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import mains
from hvctl.tests.simulation import operators
from hvctl.tests.simulation import perils

#: As many processes share them as there are processors: stestr, which knows
#: no times on a new clone, may well give one of its own all that take long.
_SEEDS = int(os.environ.get('HVCTL_TEST_MAINS', '1000'))

_PROFILES = {
    'profiles': {
        'small': {
            'image': 'debian',
            'flavor': 'metal',
            'network': 'internalapi',
            'nova': {'DEFAULT': {'transport_url': 'rabbit://'}},
        },
        'tested': {
            'extends': 'small',
            'health_test': {
                'enabled': True,
                'image': 'debian',
                'network': 'guests',
            },
        },
    }
}

#: Prints the digests of the traces of some seeds.
_PROGRAM = """
import sys
from hvctl.tests.simulation import mains
for seed in map(int, sys.argv[2:]):
    main = mains.Main(seed, sys.argv[1])
    main.run()
    print(main.trace)
"""


class _TestCase(unittest.TestCase):
    """Has the files that the commands read."""

    directory: typing.ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.directory = directory.name
        path = pathlib.Path(directory.name)
        (path / 'hvctl.yaml').write_text(json.dumps(_PROFILES))
        (path / 'nova.conf').write_text(requests.NOVA_CONF)


class TestMains(_TestCase):
    """The main jobs of many seeds."""

    def test_end_well(self) -> None:
        """Whatever happens to commands, all is as it should be afterwards."""
        struck: operators.Struck = operators.Struck()
        with futures.ProcessPoolExecutor(
            len(os.sched_getaffinity(0)),
            multiprocessing.get_context('spawn'),
        ) as pool:
            running = [
                pool.submit(_run, seed, self.directory)
                for seed in range(_SEEDS)
            ]
            for seed, main in enumerate(running):
                with self.subTest(seed=seed):
                    struck += main.result()

        # What happened, when, and to which commands.
        self.assertEqual(
            {*perils.KINDS}, {(what, when) for _, what, when in struck}
        )
        self.assertEqual(
            {*itertools.product(('create', 'drain', 'delete'), perils.What)},
            {(verb, what) for verb, what, _ in struck},
        )


def _run(seed: int, directory: str) -> operators.Struck:
    """Run the main job of a seed, and return what happened to it."""
    main = mains.Main(seed, directory)
    main.run()
    return main.operator.struck


class TestTrace(_TestCase):
    """What was asked, and how it was answered."""

    def test_follows_from_seed(self) -> None:
        """It is the same in every process, and another for another seed."""
        one, other = (self.traces(str(number)) for number in range(2))

        self.assertEqual(one, other)
        self.assertEqual(len(one), len(set(one)))

    def traces(self, hash_seed: str) -> list[str]:
        """Return the digests of some traces.

        :param hash_seed: chooses the order in which sets are gone through
        """
        result = subprocess.run(
            [sys.executable, '-c', _PROGRAM, self.directory, '1', '2', '3'],
            env={
                **os.environ,
                'PYTHONHASHSEED': hash_seed,
                'PYTHONPATH': os.pathsep.join(sys.path),
            },
            check=True,
            capture_output=True,
            text=True,
        )
        return result.stdout.split()
