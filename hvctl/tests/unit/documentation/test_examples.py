# SPDX-License-Identifier: Apache-2.0
"""The commands and options that the pages show are such as there are."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
import functools
import importlib
import pathlib
import re
import shlex
import unittest
from unittest import mock

import drawings

from hvctl.osc import command
from hvctl.osc.output import drain_rows
from hvctl.osc.output import rows

ROOT = drawings.PAGES.parents[1]
PAGES = (*drawings.PAGES.rglob('*.rst'), *ROOT.glob('*.rst'))

_CALL = 'openstack hypervisor ephemeral '

#: The commands, by their words after that.
CLASSES: dict[str, str] = {
    'create': 'hypervisor_ephemeral:CreateHypervisorEphemeral',
    'delete': 'hypervisor_ephemeral_delete:DeleteHypervisorEphemeral',
    'drain': 'hypervisor_ephemeral_drain:DrainHypervisorEphemeral',
    'list': 'hypervisor_ephemeral:ListHypervisorEphemeral',
    'prune': 'hypervisor_ephemeral_prune:PruneHypervisorEphemeral',
    'scale': 'hypervisor_ephemeral_scale:ScaleHypervisorEphemeral',
    'set': 'hypervisor_ephemeral_set:SetHypervisorEphemeral',
    'show': 'hypervisor_ephemeral:ShowHypervisorEphemeral',
    'unset': 'hypervisor_ephemeral_set:UnsetHypervisorEphemeral',
    'profile authority create': (
        'hypervisor_ephemeral_profile_authority:'
        'CreateHypervisorEphemeralProfileAuthority'
    ),
    'profile authority show': (
        'hypervisor_ephemeral_profile_authority:'
        'ShowHypervisorEphemeralProfileAuthority'
    ),
    'profile list': (
        'hypervisor_ephemeral_profile:ListHypervisorEphemeralProfile'
    ),
    'profile show': (
        'hypervisor_ephemeral_profile:ShowHypervisorEphemeralProfile'
    ),
    'profile validate': (
        'hypervisor_ephemeral_profile:ValidateHypervisorEphemeralProfile'
    ),
    'stats show': 'hypervisor_ephemeral_stats:ShowHypervisorEphemeralStats',
    'user data show': (
        'hypervisor_ephemeral_user_data:ShowHypervisorEphemeralUserData'
    ),
}

#: The columns of those that print tables of hypervisors.
COLUMNS: dict[str, tuple[str, ...]] = {
    'create': rows.CREATED_WITH_FACTS,
    'delete': rows.ENDED_WITH_FACTS,
    'drain': drain_rows.DRAINED_WITH_FACTS,
    'list': rows.LISTED_WITH_IDS,
    'set': rows.ENDED_WITH_FACTS,
    'unset': rows.ENDED_WITH_FACTS,
}

#: Options of the client itself.
CLIENTS = frozenset({'--debug', '--os-cloud', '--quiet'})

#: What the tour shows to be refused.
REFUSED = ('delete', ['hv1', '-c', 'Node'])


@functools.cache
def parser(words: str) -> argparse.ArgumentParser:
    """Return what reads the arguments of a command of ours."""
    module, _, name = CLASSES[words].partition(':')
    kind = getattr(importlib.import_module(f'hvctl.osc.v1.{module}'), name)
    made: command.Lister = kind(mock.Mock(), None)
    return made.get_parser('hvctl')


def calls(page: pathlib.Path) -> Iterator[tuple[str, list[str]]]:
    """Return the calls of ours on a page: the command, and its arguments."""
    text = re.sub(r'\\\n\s*>?', ' ', page.read_text())
    for line in text.splitlines():
        for call in re.findall(rf'[$>(] +{_CALL}([^|)]*)', line):
            words = shlex.split(re.split(r' && | &&$|`', call)[0])
            for length in (3, 2, 1):
                name = ' '.join(words[:length])
                if name in CLASSES:
                    yield name, words[length:]
                    break
            else:
                raise AssertionError(f'{page.name}: no command in {call!r}')


def options(name: str) -> frozenset[str]:
    """Return the options of a command of ours."""
    return frozenset(
        option
        for action in parser(name)._actions
        for option in action.option_strings
    )


class TestExamples(unittest.TestCase):
    """What somebody may copy from a page."""

    def test_calls(self) -> None:
        """Each call of a command has arguments that it takes."""
        found = 0
        for page in PAGES:
            for name, arguments in calls(page):
                if (name, arguments) == REFUSED:
                    continue
                with self.subTest(page=page.name, call=(name, *arguments)):
                    try:
                        args = parser(name).parse_args(arguments)
                    except SystemExit:
                        self.fail('the command refuses them')
                    found += 1
                    if name in COLUMNS:
                        self.assertLessEqual({*args.columns}, {*COLUMNS[name]})

        self.assertLess(20, found)

    def test_options(self) -> None:
        """Each option that the user's guide names is one of its command."""
        every = CLIENTS.union(*map(options, CLASSES))
        known = {name: options(name) for name in CLASSES}
        for page in (drawings.PAGES / 'user').glob('*.rst'):
            text = re.sub(r'\n\s+', ' ', page.read_text())
            for name, option in re.findall(r'``([a-z ]*)(--[a-z-]+)', text):
                if name.strip() and name.strip() not in known:
                    # Another's command.
                    continue
                with self.subTest(page=page.name, name=name):
                    self.assertIn(option, known.get(name.strip(), every))
