# SPDX-License-Identifier: Apache-2.0
"""Tests of graphs: as Graphviz reads them, on a page, and as a list."""

from __future__ import annotations

import unittest
from xml.etree import ElementTree

import graphs
from graphs import Edge
from graphs import Graph
from graphs import Kind
from graphs import Node

GRAPH = Graph(
    title='A day',
    summary='What follows what on a day.',
    nodes=(
        Node(name='night'),
        Node(name='morning', words='when "all" <b>rise</b>', frames=('day',)),
        Node(name='noon', kind=Kind.GOOD, frames=('day', 'best of it')),
    ),
    edges=(
        Edge(tail='night', head='day', words='the sun rises'),
        Edge(tail='noon', head='night', kind=Kind.BAD, weak=True),
        Edge(tail='noon', head='morning', up=True),
    ),
    legend={Kind.BAD: 'bad luck'},
    wrap=8,
)

#: What Graphviz 2.43 draws of a smaller one.
DRAWN = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
 "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg width="62pt" height="44pt" viewBox="0.00 0.00 62.00 44.00"
 xmlns="http://www.w3.org/2000/svg"
 xmlns:xlink="http://www.w3.org/1999/xlink">
<g id="graph0" class="graph" transform="rotate(0) translate(4 40)">
<g id="node1" class="node good">
<title>noon</title>
<polygon fill="none" stroke="black" points="54,-36 0,-36 0,0 54,-36"/>
<text text-anchor="middle" x="27" y="-14.3">noon</text>
</g>
</g>
</svg>
"""


class TestSource(unittest.TestCase):
    """What Graphviz reads."""

    def lines(self, graph=GRAPH) -> list[str]:
        """Return the lines that name something."""
        return [line for line in graphs.source(graph).split('\n') if line]

    def test_nodes(self):
        """A node has its name in bold above its words, and its kind."""
        lines = self.lines()

        self.assertIn(
            '"night" [label=<night>, style=rounded, class=plain];', lines
        )
        self.assertIn(
            '"morning" [label=<<b>morning</b><br/>when &quot;all&quot; '
            '&lt;b&gt;rise&lt;/b&gt;>, style=rounded, class=plain];',
            lines,
        )

    def test_frames(self):
        """A frame is within the one around it."""
        lines = self.lines()
        begin = lines.index('subgraph "cluster day" {')

        self.assertEqual(
            ['subgraph "cluster best of it" {', '}', '}'],
            [
                line
                for line in lines[begin + 1 :]
                if line.startswith(('subgraph', '}'))
            ][:3],
        )

    def test_edges(self):
        """An arrow ends at a frame, is left out of account, or goes up."""
        lines = [line for line in self.lines() if '->' in line]

        self.assertEqual(
            [
                '"night" -> "noon" [label=" the sun \\n rises ", style=solid, '
                'class=plain, lhead="cluster day"];',
                '"noon" -> "night" [label=" ", style=dotted, penwidth=1.6, '
                'class=bad, constraint=false];',
                '"morning" -> "noon" [label=" ", style=solid, class=plain, '
                'dir=back];',
            ],
            lines,
        )


class TestPage(unittest.TestCase):
    """What stands on a page."""

    def setUp(self):
        self.root = ElementTree.fromstring(
            graphs.for_page(DRAWN, GRAPH, 'a-day')
        )

    def found(self, tag):
        """Return the elements of a kind."""
        return list(self.root.iter(f'{{{graphs.SVG}}}{tag}'))

    def test_words(self):
        """It is an image with a title and a description, and no tooltips."""
        self.assertEqual('img', self.root.get('role'))
        self.assertEqual(
            'a-day-title a-day-summary', self.root.get('aria-labelledby')
        )
        self.assertEqual(
            [('a-day-title', 'A day')],
            [(e.get('id'), e.text) for e in self.found('title')],
        )
        self.assertEqual(
            [('a-day-summary', GRAPH.summary)],
            [(e.get('id'), e.text) for e in self.found('desc')],
        )

    def test_colours(self):
        """Lines and words have the one colour that the page gives it."""
        self.assertEqual('#212529', self.root.get('color'))
        (polygon,) = self.found('polygon')
        (text,) = self.found('text')

        self.assertEqual(
            ['currentColor', 'none', 'currentColor'],
            [polygon.get('stroke'), polygon.get('fill'), text.get('fill')],
        )

    def test_ids(self):
        """Nothing has an id that another drawing on the page has as well."""
        self.assertEqual(
            ['a-day-title', 'a-day-summary'],
            [e.get('id') for e in self.root.iter() if e.get('id')],
        )

    def test_width(self):
        """How wide it is, is what Graphviz says."""
        self.assertEqual(62.0, graphs.width(DRAWN))


class TestList(unittest.TestCase):
    """The same for those who cannot see it."""

    def test_all(self):
        """Each frame, each box that has words and each arrow is there."""
        self.assertEqual(
            [
                '* **day**: *morning*, *noon*',
                '* **best of it**: *noon*',
                '* **morning**: when "all" <b>rise</b>',
                '* *night* → *day*: the sun rises',
                '* *noon* → *night* (bad luck)',
                '* *noon* → *morning*',
            ],
            list(graphs.listed(GRAPH)),
        )
