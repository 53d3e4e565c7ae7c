# SPDX-License-Identifier: Apache-2.0
"""Holds the arrows between the layers, see the architecture page."""

import ast
from collections.abc import Iterator
import pathlib
import sys
import unittest

import hvctl

ROOT = pathlib.Path(hvctl.__file__).parent

#: Modules beside the layers, which all may import.
GROUND = {'', 'exceptions', 'i18n'}

#: What each layer may import of hvctl, beside itself.
ARROWS = {
    'model': set(),
    'decide': {'model'},
    'userdata': {'model'},
    'profiles': {'model'},
    'cloud': {'model'},
    'run': {'model', 'decide', 'userdata', 'cloud'},
    'osc': {'model', 'decide', 'userdata', 'profiles', 'cloud', 'run'},
}
#: What each layer may import from elsewhere, beside the standard library.
PACKAGES = {
    'model': set(),
    'decide': set(),
    'userdata': {'oslo_config', 'yaml'},
    'profiles': {'jsonschema', 'yaml'},
    'cloud': {'keystoneauth1', 'requests', 'openstack'},
    'run': set(),
    'osc': {'cliff', 'osc_lib', 'rich'},
}


def imports(path: pathlib.Path) -> Iterator[str]:
    """Give the dotted names that one file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield f'a relative import in line {node.lineno}'
            else:
                yield from (f'{node.module}.{a.name}' for a in node.names)


def findings(layer: str) -> Iterator[str]:
    """Give a line for every import that goes against the arrows."""
    permitted = ARROWS[layer] | {layer} | GROUND
    for path in sorted((ROOT / layer).rglob('*.py')):
        for name in imports(path):
            package, _, rest = name.partition('.')
            if package == 'hvctl':
                allowed = rest.partition('.')[0] in permitted
            else:
                allowed = (
                    package in PACKAGES[layer]
                    or package in sys.stdlib_module_names
                )
            if not allowed:
                yield f'{path.relative_to(ROOT.parent)} imports {name}'


class TestLayering(unittest.TestCase):
    """The layers that the architecture page names."""

    def test_every_package_is_a_layer(self) -> None:
        """A new package gets its arrows before its first import."""
        packages = {path.parent.name for path in ROOT.glob('*/__init__.py')}

        self.assertEqual({*ARROWS, 'tests'}, packages)

    def test_arrows(self) -> None:
        """Every layer imports only from those below it."""
        for layer in ARROWS:
            with self.subTest(layer=layer):
                self.assertEqual([], list(findings(layer)))
