# SPDX-License-Identifier: Apache-2.0
"""Tests of the documentation's pictures: they say what hvctl's tables say."""

from __future__ import annotations

import re
import shutil
import unittest

import drawings
import graphs

from hvctl.decide.drain.moves import way
from hvctl.decide.hypervisor import life
from hvctl.model.move import MoveState
from hvctl.tests.unit import test_layering


class TestPictures(unittest.TestCase):
    """All of them."""

    def test_ends(self):
        """Each arrow is between boxes or frames that are there."""
        for name, draw in drawings.PICTURES.items():
            with self.subTest(picture=name):
                graph = draw()

                self.assertEqual(
                    [],
                    [
                        end
                        for edge in graph.edges
                        for end in (edge.tail, edge.head)
                        if not graph.members(end)
                    ],
                )

    def test_names(self):
        """No two boxes have one name, and each picture says what it is."""
        for name, draw in drawings.PICTURES.items():
            with self.subTest(picture=name):
                graph = draw()
                names = [node.name for node in graph.nodes]

                self.assertEqual(len(names), len(set(names)))
                self.assertTrue(graph.title and graph.summary)

    @unittest.skipUnless(shutil.which('dot'), 'Graphviz is not installed')
    def test_width(self):
        """Each fits on a page, so that its words are as large as the text."""
        for name, draw in drawings.PICTURES.items():
            with self.subTest(picture=name):
                width = graphs.width(graphs.drawn(draw()))

                self.assertLess(0, width)
                self.assertLessEqual(width, graphs.WIDEST)

    def test_used(self):
        """Each picture is on one page."""
        pages = drawings.PAGES.rglob('*.rst')
        used = [
            name
            for page in pages
            for name in re.findall(r'\.\. picture:: (\S+)', page.read_text())
        ]

        self.assertEqual(sorted(drawings.PICTURES), sorted(used))


class TestLife(unittest.TestCase):
    """The life of a hypervisor."""

    def test_whole(self):
        """It has every phase, and each arrow between any two of them."""
        graph = drawings.PICTURES['life']()

        self.assertEqual({*life.PHASES}, {node.name for node in graph.nodes})
        self.assertEqual(
            {
                (before, after, arrow.cause)
                for arrow in life.ARROWS
                for before in arrow.before
                for after in arrow.after
            },
            {
                (tail.name, head.name, edge.words)
                for edge in graph.edges
                for tail in graph.members(edge.tail)
                for head in graph.members(edge.head)
            },
        )


class TestWay(unittest.TestCase):
    """The way of a guest."""

    def test_whole(self):
        """It has every state, and each arrow between any two of them."""
        graph = drawings.PICTURES['way-of-a-guest']()

        self.assertEqual({*MoveState}, {node.name for node in graph.nodes})
        self.assertEqual(
            {
                (before, after, arrow.cause)
                for arrow in way.ARROWS
                for before in arrow.before
                for after in arrow.after
            },
            {
                (tail.name, head.name, edge.words)
                for edge in graph.edges
                for tail in graph.members(edge.tail)
                for head in graph.members(edge.head)
            },
        )


class TestLayers(unittest.TestCase):
    """The layers."""

    def test_whole(self):
        """Following its arrows from a layer leads to all that it imports."""
        graph = drawings.PICTURES['layers']()
        below = {
            node.name: {e.head for e in graph.edges if e.tail == node.name}
            for node in graph.nodes
        }

        for layer, permitted in test_layering.ARROWS.items():
            with self.subTest(layer=layer):
                reached, rest = set(), {layer}
                while rest:
                    rest = set().union(*(below.get(each, ()) for each in rest))
                    reached |= rest

                self.assertLessEqual(permitted, reached)
                self.assertLessEqual(below.get(layer, set()), permitted)
