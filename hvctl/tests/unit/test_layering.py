# SPDX-License-Identifier: Apache-2.0
"""Holds the arrows between the layers, see the architecture page."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
import pathlib
import sys
import unittest

import hvctl

ROOT = pathlib.Path(hvctl.__file__).parent

#: Modules beside the layers, which all may import.
GROUND = {'', 'exceptions', 'i18n', 'workers'}

#: What each layer may import of hvctl, beside itself.
ARROWS = {
    'model': set(),
    'decide': {'model'},
    'userdata': {'model'},
    'profiles': {'model'},
    'certificates': {'model'},
    'cloud': {'model'},
    # It asks decide for the reason when it stops before an end.
    'run': {'model', 'decide'},
    'osc': {
        'model',
        'decide',
        'userdata',
        'profiles',
        'certificates',
        'cloud',
        'run',
    },
}
#: What each layer may import from elsewhere, beside the standard library.
PACKAGES = {
    'model': set(),
    'decide': set(),
    'userdata': {'oslo_config', 'yaml'},
    'profiles': {'jsonschema', 'yaml'},
    'certificates': {'cryptography'},
    'cloud': {'keystoneauth1', 'requests', 'openstack'},
    'run': set(),
    'osc': {'cliff', 'osc_lib', 'prometheus_client', 'rich', 'stevedore'},
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


def layers_of(layer: str) -> dict[str, set[str]]:
    """Return the other layers that a layer imports, and the files that do."""
    return _imported(layer, lambda package: package == 'hvctl')


def packages_of(layer: str) -> dict[str, set[str]]:
    """Return the foreign packages that a layer imports, and the files."""
    return _imported(
        layer,
        lambda package: (
            package != 'hvctl' and package not in sys.stdlib_module_names
        ),
    )


def _imported(
    layer: str, wanted: Callable[[str], bool]
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / layer).rglob('*.py')):
        for name in imports(path):
            package, _, rest = name.partition('.')
            if wanted(package):
                what = package if package != 'hvctl' else rest.split('.')[0]
                found.setdefault(what, set()).add(str(path.relative_to(ROOT)))
    return found


class TestLayering(unittest.TestCase):
    """The layers that the architecture page names."""

    def test_every_package_is_a_layer(self) -> None:
        """A new package gets its arrows before its first import."""
        packages = {path.parent.name for path in ROOT.glob('*/__init__.py')}

        self.assertEqual({*ARROWS, 'tests'}, packages)

    def test_arrows(self) -> None:
        """Every layer imports the layers named here, no more and no fewer."""
        for layer, below in ARROWS.items():
            with self.subTest(layer=layer):
                found = layers_of(layer)

                self.assertEqual(below, found.keys() - GROUND - {layer}, found)

    def test_packages(self) -> None:
        """So it is with packages from elsewhere."""
        for layer, packages in PACKAGES.items():
            with self.subTest(layer=layer):
                found = packages_of(layer)

                self.assertEqual(packages, found.keys(), found)
