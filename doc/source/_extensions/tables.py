# SPDX-License-Identifier: Apache-2.0
"""The tables of the documentation that are made of hvctl's own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
import dataclasses
import enum
import functools
import importlib
import inspect
import itertools
import pathlib
import pkgutil
import re
import string
import textwrap
import typing

import hvctl
from hvctl import decide
from hvctl.decide.create import stages as create_stages
from hvctl.decide.delete import delete
from hvctl.decide.drain import stages as drain_stages
from hvctl.decide.drain import undo
from hvctl.decide.drain.plan import treatment
from hvctl.decide.goal import Stage
from hvctl.decide.wording import rendering
from hvctl.decide.wording.templates import Template
from hvctl.model.codes import Code, HolderCode, OutcomeCode, StatusCode
from hvctl.model.guest_codes import GuestCode
from hvctl.model.hypervisor import Phase
from hvctl.model.move import MoveState


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, its cells in reStructuredText.

    :ivar widths: of its columns, in parts of a whole
    """

    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[str, ...]]


#: Where the tests are, which an installation of hvctl does not have.
_TESTS = pathlib.Path(hvctl.__file__).parent / 'tests'

_KINDS = {
    kind.__name__ for kind in (StatusCode, OutcomeCode, GuestCode, HolderCode)
}


def written(table: Table) -> Iterator[str]:
    """Write a table as a ``list-table``."""
    yield '.. list-table::'
    yield '   :class: generated'
    yield '   :header-rows: 1'
    yield f'   :widths: {" ".join(map(str, table.widths))}'
    yield ''
    for row in (table.header, *table.rows):
        for number, cell in enumerate(row):
            sign = '     -' if number else '   * -'
            yield f'{sign} {cell}'.rstrip()


def explained(kind: type[enum.StrEnum]) -> dict[str, str]:
    """Return the docstring below each member of an enum, by its value."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for before, after in itertools.pairwise(body):
        if (
            isinstance(before, ast.Assign)
            and isinstance(before.targets[0], ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            member = kind[before.targets[0].id]
            found[member.value] = ' '.join(str(after.value.value).split())
    return found


def _members(kind: type[enum.StrEnum], title: str) -> Table:
    said = explained(kind)
    return Table(
        header=(title, 'Meaning'),
        widths=(22, 78),
        rows=[(f'``{each}``', said[each.value]) for each in kind],
    )


def phases() -> Table:
    """List the phases."""
    return _members(Phase, 'Phase')


def _stages(stages: Sequence[Stage[typing.Any]]) -> Table:
    return Table(
        header=(
            'Stage',
            'Kind',
            'What is done, waited for or seen',
            'In which case',
        ),
        widths=(18, 10, 42, 30),
        rows=[
            (
                f'``{stage.name}``',
                stage.kind,
                stage.words,
                _literal(stage.when),
            )
            for stage in stages
        ],
    )


def _literal(text: str) -> str:
    """Write words as they are, and the options that they name as such."""
    plain = re.sub(r'([*|`\\])', r'\\\1', text)
    return re.sub(r'(--[a-z-]+)', r'``\1``', plain)


class _Fact(str):
    """A fact that stands for itself: a text, or a list of one."""

    def __iter__(self) -> Iterator[str]:
        yield self


class _Asked(dict[str, typing.Any]):
    """Facts that stand for themselves; it knows which were asked for."""

    def __missing__(self, name: str) -> str:
        self[name] = fact = _Fact(f'<{name}>')
        return fact


def shown(template: Template) -> tuple[str, set[str]]:
    """Return the words of a template, and the facts that they are made of.

    What a fact fills in is shown as ``<fact>``.  The words of a function are
    those for such facts, if it can do anything with them.
    """
    if not callable(template):
        fields = string.Formatter().parse(template)
        words = re.sub(r'\{(\w+):brackets\}', r' (<\1>)', template)
        # A form of its own: how a list is written, say.
        words = re.sub(r'\{(\w+)(:\w+)?\}', r'<\1>', words)
        return words, {name for _, name, _, _ in fields if name}
    asked = _Asked()
    try:
        words = template(asked)
    except (AttributeError, KeyError, TypeError, ValueError):
        words = '...'
    return words, set(asked)


def given_facts(source: str) -> dict[str, set[str]]:
    """Return the facts that are given with each code, by the enum's member.

    A call that has a code among its arguments gives the facts by keyword.

    :param source: Python
    """
    found: dict[str, set[str]] = {}
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        for argument in call.args:
            if (
                isinstance(argument, ast.Attribute)
                and isinstance(argument.value, ast.Name)
                and argument.value.id in _KINDS
            ):
                names = {word.arg for word in call.keywords if word.arg}
                member = f'{argument.value.id}.{argument.attr}'
                found.setdefault(member, set()).update(names)
    return found


@functools.cache
def _given() -> dict[str, set[str]]:
    """Return the facts that the whole of hvctl gives with each code."""
    found: dict[str, set[str]] = {}
    for path in pathlib.Path(hvctl.__file__).parent.rglob('*.py'):
        if 'tests' in path.parts:
            continue
        for member, names in given_facts(path.read_text()).items():
            found.setdefault(member, set()).update(names)
    return found


def _codes(kind: type[Code]) -> Table:
    said = explained(kind)
    rows = []
    for code in kind:
        words = rendering.WORDS[code]
        reason, of_reason = shown(words.reason)
        remedy, of_remedy = shown(words.remedy)
        names = _given().get(f'{kind.__name__}.{code.name}', set())
        names = names | of_reason | of_remedy
        rows.append(
            (
                f'``{code}``',
                said[code.value],
                _literal('; '.join(filter(None, (reason, remedy)))),
                ', '.join(f'``{name}``' for name in sorted(names)),
            )
        )
    return Table(
        header=('Code', 'Meaning', 'Words', 'Facts'),
        widths=(20, 27, 38, 15),
        rows=rows,
    )


def treatment_rules() -> Table:
    """List what a drain does with a guest, the first rule that answers."""
    return Table(
        header=('Rule', 'What it says'),
        widths=(22, 78),
        rows=[
            (f'``{rule.name}``', _literal(rule.words))
            for rule in treatment.RULES
        ],
    )


def folders_of_decide() -> Table:
    """List what is in ``hvctl/decide``, by what each says of itself."""
    found = []
    for module in pkgutil.walk_packages(decide.__path__, 'hvctl.decide.'):
        path = module.name.removeprefix('hvctl.decide.').replace('.', '/')
        if not module.ispkg and '/' in path:
            continue
        said = importlib.import_module(module.name).__doc__ or ''
        name = f'``{path}/``' if module.ispkg else f'``{path}.py``'
        found.append((name, said.partition('\n')[0]))
    return Table(
        header=('File or folder', 'What it is'), widths=(25, 75), rows=found
    )


def _stories(folder: str) -> Table:
    """List the functional tests of a folder, by what each says of itself."""
    rows = []
    for path in sorted((_TESTS / folder).glob('test_*.py')):
        said = [
            (ast.get_docstring(test) or '').partition('\n')[0]
            for test in ast.walk(ast.parse(path.read_text()))
            if isinstance(test, ast.FunctionDef)
            and test.name.startswith('test_')
        ]
        rows.append((f'``{path.stem}``', ' '.join(said)))
    return Table(
        header=('Module', 'What its tests tell'), widths=(25, 75), rows=rows
    )


#: By the names that the pages use.
TABLES: dict[str, Callable[[], Table]] = {
    'folders-of-decide': folders_of_decide,
    'phases': phases,
    'status-codes': lambda: _codes(StatusCode),
    'outcome-codes': lambda: _codes(OutcomeCode),
    'guest-codes': lambda: _codes(GuestCode),
    'holder-codes': lambda: _codes(HolderCode),
    'stages-of-create': lambda: _stages(create_stages.STAGES),
    'stages-of-delete': lambda: _stages(delete.STAGES),
    'stages-of-drain': lambda: _stages(drain_stages.STAGES),
    'stages-of-undo': lambda: _stages(undo.STAGES),
    'treatment-rules': treatment_rules,
    'functional-tests': lambda: _stories('functional'),
    'long-functional-tests': lambda: _stories('functional_long'),
    'real-functional-tests': lambda: _stories('functional_real'),
    'results-of-moves': lambda: _members(MoveState, 'Result'),
}
