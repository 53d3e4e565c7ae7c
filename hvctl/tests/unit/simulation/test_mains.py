# SPDX-License-Identifier: Apache-2.0
"""Main jobs in small simulated clouds, with whatever goes wrong in them."""

from __future__ import annotations

import itertools
import json
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

#: Of each of the four classes, which several processes share.
_SEEDS = int(os.environ.get('HVCTL_TEST_MAINS', '1000')) // 4

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


class _Mains(_TestCase):
    """The main job of some seeds.

    :cvar number: of the class, which says which seeds these are
    """

    number: typing.ClassVar[int]

    def test_ends_well(self) -> None:
        """Whatever happens to commands, all is as it should be afterwards."""
        struck: operators.Struck = operators.Struck()
        first = self.number * _SEEDS
        for seed in range(first, first + _SEEDS):
            with self.subTest(seed=seed):
                main = mains.Main(seed, self.directory)
                main.run()
                struck += main.operator.struck

        # What happened, when, and to which commands.
        self.assertEqual(
            {*perils.KINDS}, {(what, when) for _, what, when in struck}
        )
        self.assertEqual(
            {*itertools.product(('create', 'drain', 'delete'), perils.What)},
            {(verb, what) for verb, what, _ in struck},
        )


class TestMains0(_Mains):
    number = 0


class TestMains1(_Mains):
    number = 1


class TestMains2(_Mains):
    number = 2


class TestMains3(_Mains):
    number = 3


del _Mains


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
