# SPDX-License-Identifier: Apache-2.0
"""The directive ``generated-table``: one that is made of hvctl's own tables.

Its argument is the name of a table in ``tables.TABLES``.
"""

from __future__ import annotations

import typing

from docutils import nodes
from sphinx import application
from sphinx.util import docutils
import tables


class GeneratedTable(docutils.SphinxDirective):
    """Writes the table."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        table = tables.TABLES[self.arguments[0]]()
        return self.parse_text_to_nodes('\n'.join(tables.written(table)))


def setup(app: application.Sphinx) -> dict[str, typing.Any]:
    """Add the directive."""
    app.add_directive('generated-table', GeneratedTable)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
