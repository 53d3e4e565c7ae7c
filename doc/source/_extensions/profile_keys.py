# SPDX-License-Identifier: Apache-2.0

"""The directive ``profile-keys``: a table of what the schema describes.

Its argument is a definition of the schema, such as ``ovs``, or a key that
has keys of its own, such as ``health_test``; without one, the table has the
keys of a profile.
"""

from __future__ import annotations

import typing

from docutils import nodes
from sphinx import application
from sphinx.util import docutils
import tables

from hvctl.profiles import check

_TYPES = {
    'string': 'text',
    'integer': 'number',
    'number': 'number',
    'boolean': 'true or false',
    'array': 'list',
    'object': 'mapping',
}


def _type(part: dict[str, typing.Any]) -> str:
    if 'const' in part:
        return f'``{part["const"]}``'
    if 'enum' in part:
        return ', '.join(f'``{value}``' for value in part['enum'])
    if part.get('x-form', '').startswith('a duration'):
        return 'duration'
    names = part['type']
    names = [names] if isinstance(names, str) else names
    return ' or '.join(_TYPES[name] for name in names)


def _default(part: dict[str, typing.Any]) -> str:
    if 'default' not in part:
        return ''
    value = part['default']
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'``{text}``'


class ProfileKeys(docutils.SphinxDirective):
    """Writes the table."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        schema = check.schema()
        definitions = schema['$defs']
        known = {
            **schema['properties'],
            **definitions['sriov']['properties'],
            **definitions,
        }
        part = known[self.arguments[0]] if self.arguments else schema
        part = part.get('items', part)
        required = part.get('required', [])
        table = tables.Table(
            header=('Key', 'Type', 'Default', 'Meaning'),
            widths=(24, 18, 14, 44),
            rows=[
                (
                    f'``{key}``',
                    _type(below),
                    'required' if key in required else _default(below),
                    below['description'],
                )
                for key, below in part['properties'].items()
            ],
        )
        return self.parse_text_to_nodes('\n'.join(tables.written(table)))


def setup(app: application.Sphinx) -> dict[str, typing.Any]:
    """Add the directive."""
    app.add_directive('profile-keys', ProfileKeys)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
