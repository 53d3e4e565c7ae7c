# SPDX-License-Identifier: Apache-2.0
"""The tables of the documentation that are made of hvctl's own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
import dataclasses
import enum
import importlib
import inspect
import itertools
import pkgutil
import re
import string
import textwrap
import typing

from hvctl import decide
from hvctl.decide import delete
from hvctl.decide.create import stages as create_stages
from hvctl.decide.goal import Stage
from hvctl.decide.wording import rendering
from hvctl.decide.wording.templates import Template
from hvctl.model.codes import Code
from hvctl.model.hypervisor import Phase


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, its cells in reStructuredText.

    :ivar widths: of its columns, in parts of a whole
    """

    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[str, ...]]


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
                _unmarked(stage.when),
            )
            for stage in stages
        ],
    )


def _unmarked(text: str) -> str:
    """Write the options that words name as such."""
    return re.sub(r'(--[a-z-]+)', r'``\1``', text)


def facts(template: Template) -> set[str]:
    """Return the names of the facts that words are made of."""
    if callable(template):
        source = inspect.getsource(template)
        return set(re.findall(r"""facts\[['"](\w+)['"]\]""", source))
    fields = string.Formatter().parse(template)
    return {name for _, name, _, _ in fields if name}


def _words(template: Template) -> str:
    if callable(template):
        return 'made of the facts'
    # What is left open is shown as it is filled in: <fact>.
    return re.sub(r'\{(\w+)\}', r'<\1>', template).replace('*', r'\*')


def _codes(kind: type[Code]) -> Table:
    said = explained(kind)
    rows = []
    for code in kind:
        words = rendering.WORDS[code]
        names = sorted(facts(words.reason) | facts(words.remedy))
        rows.append(
            (
                f'``{code}``',
                said[code.value],
                _words(words.reason),
                _words(words.remedy),
                ', '.join(f'``{name}``' for name in names),
            )
        )
    return Table(
        header=('Code', 'Meaning', 'Words', 'What to do', 'Facts'),
        widths=(18, 24, 28, 18, 12),
        rows=rows,
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


#: By the names that the pages use.
TABLES: dict[str, Callable[[], Table]] = {
    'folders-of-decide': folders_of_decide,
    'phases': phases,
    'stages-of-create': lambda: _stages(create_stages.STAGES),
    'stages-of-delete': lambda: _stages(delete.STAGES),
}
