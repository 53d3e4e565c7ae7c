# SPDX-License-Identifier: Apache-2.0
"""Tests of the formulas that the documentation has for what looks cost."""

from __future__ import annotations

from collections.abc import Callable
import pathlib
import re
import statistics
import tempfile
import typing
import unittest

from hvctl.model.snapshot import (
    GuestsLook,
    MachinesLook,
    OwnLook,
    Scope,
    WholeLook,
)
from hvctl.tests.fixtures import requests
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import looks
from hvctl.tests.simulation import numbers

_PAGE = pathlib.Path(__file__).parents[4] / 'doc/source/user/requests.rst'
_TABLE = re.compile(
    r'^Look +Requests +kB, for each host\n(?:=+ +)+=+\n(.*?)\n=+ ',
    re.MULTILINE | re.DOTALL,
)
_ROW = re.compile(r'^(.+?)  +(?:(\d+))?(?: \+ )?(?:(\d+) h)?  +([\d.]+)$')

#: So many hypervisors are asked for, and so many hosts the cloud has.
_NAMED = (1, 2, 3)
_HOSTS = (100, 300)


class _Formula(typing.NamedTuple):
    """What a look costs at most, by the documentation.

    :ivar base: requests, whatever is asked for
    :ivar each: and for each hypervisor
    :ivar kilobytes: that it reads for each host of the cloud
    """

    base: int
    each: int
    kilobytes: float


class _Kind(typing.NamedTuple):
    """A kind of look.

    :ivar verb: the command that takes it
    :ivar words: the documentation's
    :ivar is_one: whether a look is of the kind
    """

    verb: str
    words: str
    is_one: Callable[[Scope], bool]


def _is_first(scope: Scope) -> bool:
    return (
        isinstance(scope, WholeLook)
        and scope.known is None
        and bool(scope.server_names)
    )


def _asks_by_name(scope: Scope) -> bool:
    return isinstance(scope, WholeLook) and scope.known is not None


_KINDS = (
    _Kind('list', '``list``', lambda scope: isinstance(scope, OwnLook)),
    _Kind('show', '``show``', lambda scope: isinstance(scope, OwnLook)),
    *(
        _Kind(verb, f'``{verb}``: the first', _is_first)
        for verb in ('create', 'delete', 'drain')
    ),
    _Kind(
        'create',
        '``create``: while machines are deployed',
        lambda scope: isinstance(scope, MachinesLook),
    ),
    _Kind('create', '``create``: while it waits for a host', _asks_by_name),
    _Kind('delete', '``delete``: while it waits', _asks_by_name),
    _Kind(
        'drain',
        '``drain``: the second, for its plan',
        lambda scope: (
            isinstance(scope, WholeLook)
            and scope.rest is not None
            and scope.sizes
        ),
    ),
    _Kind(
        'drain',
        '``drain``: while guests move',
        lambda scope: isinstance(scope, GuestsLook),
    ),
    _Kind(
        'drain',
        '``drain``: before more of them are sent away',
        lambda scope: (
            isinstance(scope, WholeLook) and scope.services_of is not None
        ),
    ),
)


def documented() -> dict[str, _Formula]:
    """Read the table of the documentation."""
    (table,) = _TABLE.findall(_PAGE.read_text())
    found = {}
    for line in table.splitlines():
        row = _ROW.match(line)
        assert row is not None, line
        words, base, each, kilobytes = row.groups()
        found[words] = _Formula(
            int(base or 0), int(each or 0), float(kilobytes)
        )
    return found


class TestFormulas(unittest.TestCase):
    """Each look costs what the documentation says."""

    seen: dict[tuple[int, int], dict[str, list[looks.Look]]]

    @classmethod
    def setUpClass(cls) -> None:
        """Take the looks of every verb."""
        cls.seen = {
            (named, hosts): cls.taken(named, hosts)
            for named, hosts in (
                *((named, _HOSTS[0]) for named in _NAMED),
                (_NAMED[0], _HOSTS[1]),
            )
        }

    @classmethod
    def taken(cls, named: int, hosts: int) -> dict[str, list[looks.Look]]:
        """Take the looks of every verb with so many hypervisors."""
        size = numbers.Size(hosts=hosts, ours=named, guests=2, free_nodes=4)
        first = [f'hv{number:05}' for number in range(1, named + 1)]
        new = [f'new{number}' for number in range(named)]
        simulated = cloud.Cloud(1, size)
        found = {}
        with tempfile.NamedTemporaryFile('w', suffix='.conf') as config:
            config.write(requests.NOVA_CONF)
            config.flush()
            for words in (
                ('list',),
                ('show', first[0]),
                ('drain', *first),
                (
                    *('create', *new, '--image', 'debian'),
                    *('--flavor', 'metal', '--network', 'internalapi'),
                    *('--config', config.name),
                ),
                ('delete', *new),
            ):
                found[words[0]], result = looks.run(
                    simulated, 'hypervisor', 'ephemeral', *words
                )
                assert result.status == 0, result.stderr
        return found

    def of(self, kind: _Kind, named: int, hosts: int) -> list[looks.Look]:
        """Return the looks of a kind."""
        return [
            look
            for look in self.seen[named, hosts][kind.verb]
            if kind.is_one(look.scope)
        ]

    def usual(self, kind: _Kind, named: int) -> int:
        """Return how many requests such a look takes mostly."""
        return statistics.mode(
            look.requests for look in self.of(kind, named, _HOSTS[0])
        )

    def test_every_kind_is_documented(self) -> None:
        """And there is no other row."""
        self.assertEqual({kind.words for kind in _KINDS}, {*documented()})

    def test_requests(self) -> None:
        """They follow the formula, for so many hypervisors."""
        for kind in _KINDS:
            base, each, _ = documented()[kind.words]
            with self.subTest(kind.words):
                for named in _NAMED:
                    self.assertLessEqual(
                        self.usual(kind, named), base + each * named
                    )
                # And not far from it.
                self.assertGreaterEqual(
                    self.usual(kind, _NAMED[-1]),
                    base + each * (_NAMED[-1] - 1),
                )

    def test_hosts(self) -> None:
        """What the other hosts of the cloud cost."""
        few, many = _HOSTS
        for kind in _KINDS:
            with self.subTest(kind.words):
                small, large = (
                    sorted(
                        look.read for look in self.of(kind, _NAMED[0], hosts)
                    )
                    for hosts in _HOSTS
                )
                middle = len(small) // 2
                grown = (large[middle] - small[middle]) / (many - few) / 1000
                self.assertAlmostEqual(
                    documented()[kind.words].kilobytes, grown, delta=0.06
                )
