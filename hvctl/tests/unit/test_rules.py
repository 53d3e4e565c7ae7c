# SPDX-License-Identifier: Apache-2.0
"""Holds the rules of CONTRIBUTING.rst that no other checker knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import configparser
import functools
import pathlib
import unittest

import yaml

ROOT = pathlib.Path(__file__).parents[3]
#: The directories with code.
DIRECTORIES = ('hvctl', 'lab/hvctl_lab')

LINES = 400
HEADER = '# SPDX-License-Identifier: Apache-2.0\n'


@functools.cache
def files() -> list[tuple[str, str, ast.Module]]:
    """Return the path, the text and the tree of every Python file."""
    found = []
    for directory in DIRECTORIES:
        for path in sorted((ROOT / directory).rglob('*.py')):
            text = path.read_text()
            found.append((str(path.relative_to(ROOT)), text, ast.parse(text)))
    return found


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.alias]]:
    """Return what is imported from the project: from where, and what."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((str(node.module), alias) for alias in node.names)


def is_ours(module: str) -> bool:
    """Whether a module is of this repository."""
    return module.partition('.')[0] in {'hvctl', 'hvctl_lab'}


def is_module(package: str, name: str) -> bool:
    """Whether what a package gives is a module, and no function of it."""
    lab = 'lab' if package.partition('.')[0] == 'hvctl_lab' else ''
    path = ROOT / lab / package.replace('.', '/') / name
    return path.is_dir() or path.with_suffix('.py').is_file()


def tests(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Return the test methods of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(
                    member, ast.FunctionDef
                ) and member.name.startswith('test_'):
                    yield member


class TestFiles(unittest.TestCase):
    """Every file with code, tests included."""

    def test_length(self) -> None:
        """It stays below 400 lines."""
        long = {path for path, text, _ in files() if text.count('\n') >= LINES}

        self.assertEqual(set(), long)

    def test_licence(self) -> None:
        """It begins with its licence."""
        other = {
            path for path, text, _ in files() if not text.startswith(HEADER)
        }

        self.assertEqual(set(), other)

    def test_modules_keep_their_names(self) -> None:
        """It imports a module of ours by the name that the module has."""
        renaming = {
            path
            for path, _, tree in files()
            for module, alias in imports(tree)
            if is_ours(module) and alias.asname
        }

        self.assertEqual(set(), renaming)

    def test_functions_are_named_with_their_module(self) -> None:
        """It imports of ours modules and classes, and no function."""
        functions = {
            f'{path} imports {alias.name} of {module}'
            for path, _, tree in files()
            for module, alias in imports(tree)
            if is_ours(module)
            and alias.name.islower()
            and alias.name != module
            and (module, alias.name) != ('hvctl.i18n', '_')
            and not is_module(module, alias.name)
        }

        self.assertEqual(set(), functions)

    def test_answers_are_read_in_one_place(self) -> None:
        """It leaves it to hvctl.cloud.http to read the body of an answer."""
        reading = {
            path
            for path, text, _ in files()
            if '/cloud/' in path
            and '/tests/' not in path
            and '.json()' in text
        }

        self.assertEqual({'hvctl/cloud/http.py'}, reading)

    def test_tests_say_what_they_expect(self) -> None:
        """Each of its tests has a docstring; ruff sees to its form."""
        silent = {
            path
            for path, _, tree in files()
            for test in tests(tree)
            if not ast.get_docstring(test)
        }

        self.assertEqual(set(), silent)


class TestTools(unittest.TestCase):
    """What stands in two places because two tools want it."""

    def test_hooks_are_the_checks(self) -> None:
        """pre-commit runs exactly the commands of ``tox -e pep8``."""
        tox = configparser.RawConfigParser()
        tox.read(ROOT / 'tox.ini')
        commands = tox['testenv:pep8']['commands'].replace('\\\n', '')
        hooks = yaml.safe_load((ROOT / '.pre-commit-config.yaml').read_text())

        self.assertEqual(
            [
                ' '.join(['.tox/pep8/bin/' + words[0], *words[1:]])
                for words in map(str.split, commands.strip().splitlines())
            ],
            [hook['entry'] for hook in hooks['repos'][0]['hooks']],
        )

    def test_distribution_packages(self) -> None:
        """Every line of bindep.txt is one that the installing tool reads."""
        lines = (ROOT / 'bindep.txt').read_text().splitlines()

        for line in lines:
            if line and not line.startswith('#'):
                with self.subTest(line=line):
                    self.assertRegex(
                        line, r'^[a-z0-9.+-]+ \[platform:dpkg [a-z]+\]$'
                    )
