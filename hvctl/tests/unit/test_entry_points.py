# SPDX-License-Identifier: Apache-2.0
"""Holds what the package promises to ``openstack`` and to those who run it.

Every call of ``openstack``, whatever its command, imports the plugin module
and the module of every command.  So these must be cheap.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import unittest

from cliff import command

COMMANDS = 'openstack.hvctl.v1'

#: What every call of openstack has imported before it looks for plugins.
CLIENT = (
    'cliff',
    'osc_lib.cli.format_columns',
    'osc_lib.cli.parseractions',
    'osc_lib.command.command',
)

#: Run in a fresh interpreter: the modules that the given ones pull in.
PULLED_IN = """
import importlib, json, sys
before, modules = (part.split(',') for part in sys.argv[1:3])
for name in filter(None, before):
    importlib.import_module(name)
loaded = set(sys.modules)
for name in modules:
    importlib.import_module(name)
print(json.dumps(sorted(set(sys.modules) - loaded)))
"""


def entry_points(group: str) -> list[importlib.metadata.EntryPoint]:
    """Give the entry points of this distribution in one group."""
    distribution = importlib.metadata.distribution('hvctl')
    return list(distribution.entry_points.select(group=group))


def pulled_in(modules: list[str], before: tuple[str, ...] = ()) -> set[str]:
    """Give the packages outside the standard library that imports cost."""
    done = subprocess.run(
        [
            sys.executable,
            '-c',
            PULLED_IN,
            ','.join(before),
            ','.join(modules),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    packages = {name.partition('.')[0] for name in json.loads(done.stdout)}
    return packages - sys.stdlib_module_names - {'hvctl'}


class TestEntryPoints(unittest.TestCase):
    """The entry points of pyproject.toml."""

    def test_plugin_imports_nothing_heavy(self) -> None:
        """The plugin module costs other commands nothing."""
        (plugin,) = entry_points('openstack.cli.extension')

        self.assertEqual(set(), pulled_in([plugin.module]))

    def test_commands_import_nothing_heavy(self) -> None:
        """Nor do the commands' modules: they import what they use late."""
        modules = sorted({point.module for point in entry_points(COMMANDS)})

        packages = pulled_in(modules, before=CLIENT)

        self.assertEqual(set(), packages - {'oslo_i18n'})

    def test_commands(self) -> None:
        """Every command loads and its name is one that cliff can split."""
        points = entry_points(COMMANDS)

        self.assertNotEqual([], points)
        for point in points:
            with self.subTest(command=point.name):
                self.assertTrue(issubclass(point.load(), command.Command))
                self.assertRegex(point.name, r'^hypervisor_ephemeral_[a-z_]+$')

    def test_commands_are_ours_alone(self) -> None:
        """No other installed plugin has a command of the same name."""
        ours = {point.name for point in entry_points(COMMANDS)}

        others = {
            point.name
            for distribution in importlib.metadata.distributions()
            for point in distribution.entry_points
            if point.group.startswith('openstack.') and point.group != COMMANDS
        }

        self.assertEqual(set(), ours & others)

    def test_requires_no_service(self) -> None:
        """Nor does an installation bring a service, not even on demand."""
        required = importlib.metadata.requires('hvctl') or []

        names = {re.split(r'[^\w.-]', line)[0] for line in required}
        self.assertIn('cliff', names)
        self.assertEqual(
            set(),
            names
            & {
                'glance',
                'hvctl-lab',
                'ironic',
                'keystone',
                'neutron',
                'nova',
                'openstack-placement',
                'supervisor',
            },
        )

    def test_nothing_but_commands(self) -> None:
        """Who installs the plugin gets no program and no driver with it."""
        points = importlib.metadata.distribution('hvctl').entry_points

        self.assertEqual(
            {'openstack.cli.extension', COMMANDS}, set(points.groups)
        )
