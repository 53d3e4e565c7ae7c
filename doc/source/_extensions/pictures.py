# SPDX-License-Identifier: Apache-2.0
"""The directive ``picture``: a drawing, and the same as a list.

Its argument is the name of a picture in ``drawings.PICTURES``.  Where the
list stands somewhere else on the page, ``:no-list:`` leaves it out.
"""

from __future__ import annotations

import subprocess
import typing

from docutils import nodes
from docutils.parsers.rst import directives
import drawings
import graphs
from sphinx import application
from sphinx.util import docutils
from sphinx.util import logging

LOG = logging.getLogger(__name__)


class Picture(docutils.SphinxDirective):
    """Draws a graph, and writes it down."""

    required_arguments = 1
    option_spec: typing.ClassVar = {'no-list': directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the figure and the list."""
        name = self.arguments[0]
        graph = drawings.PICTURES[name]()
        shown: list[nodes.Node] = []
        svg = self._drawn(graph)
        if svg is not None:
            inside = graphs.for_page(svg, graph, name)
            html = (
                f'<figure class="hvctl-picture" id="picture-{name}">'
                f'{inside}<figcaption>{graph.title}</figcaption></figure>'
            )
            shown.append(nodes.raw('', html, format='html'))
        if 'no-list' not in self.options:
            text = '\n'.join(graphs.listed(graph))
            shown += self.parse_text_to_nodes(text)
        return shown

    def _drawn(self, graph: graphs.Graph) -> str | None:
        try:
            svg = graphs.drawn(graph)
        except FileNotFoundError:
            LOG.warning(
                'there is no program dot, so the pictures are left out: '
                "install your distribution's package graphviz"
            )
            return None
        except subprocess.CalledProcessError as error:
            LOG.warning('dot refuses %r: %s', graph.title, error.stderr)
            return None
        if graphs.width(svg) > graphs.WIDEST:
            LOG.warning(
                'the picture %r is %.0f points wide, and %d fit on the page',
                graph.title,
                graphs.width(svg),
                graphs.WIDEST,
            )
        return svg


def setup(app: application.Sphinx) -> dict[str, typing.Any]:
    """Add the directive, and the style of the drawings."""
    app.add_directive('picture', Picture)
    app.add_css_file('pictures.css')
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
