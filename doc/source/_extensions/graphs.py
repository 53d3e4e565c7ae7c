# SPDX-License-Identifier: Apache-2.0
"""Graphs, as Graphviz reads them and as a page shows them.

A graph is data.  It is drawn by Graphviz's ``dot`` and written down as a
list, from the same data, for those who cannot see the drawing.  Lines and
words have one colour, that of text; what differs by its kind differs in the
form of its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
import dataclasses
import enum
import html
import re
import subprocess
import textwrap
import xml.etree.ElementTree as ElementTree

SVG = 'http://www.w3.org/2000/svg'

#: The widest that a drawing may be in points, so that it is hardly scaled down
#: on the page, and its words stay about as large as those of the text.
WIDEST = 690


class Kind(enum.StrEnum):
    """What a node or an edge is; each has a form and a class in the CSS."""

    PLAIN = 'plain'
    GOOD = 'good'
    BAD = 'bad'
    OURS = 'ours'
    SOFT = 'soft'


_NODES = {
    Kind.PLAIN: 'style=rounded',
    Kind.GOOD: 'style=rounded, penwidth=2.4',
    Kind.BAD: 'style="rounded,dashed"',
    Kind.OURS: 'style=rounded, penwidth=1.6',
    Kind.SOFT: 'style="rounded,dotted"',
}
_EDGES = {
    Kind.PLAIN: 'style=solid',
    Kind.GOOD: 'style=solid, penwidth=2',
    Kind.OURS: 'style=solid, penwidth=1.6',
    Kind.BAD: 'style=dotted, penwidth=1.6',
    Kind.SOFT: 'style=dashed',
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box.

    :ivar name: what stands in it, and what edges name it by
    :ivar words: what stands below its name
    :ivar frames: the names of those that it is in, the outermost first
    """

    name: str
    words: str = ''
    kind: Kind = Kind.PLAIN
    frames: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An arrow.

    :ivar tail: the name of a node, or of a frame: from any of its nodes
    :ivar head: likewise
    :ivar words: what stands beside it
    :ivar up: its head is drawn above its tail
    :ivar weak: it is drawn, and does not move the ends apart
    """

    tail: str
    head: str
    words: str = ''
    kind: Kind = Kind.PLAIN
    up: bool = False
    weak: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A picture.

    :ivar title: what it shows, in a few words
    :ivar summary: what it shows, for those who cannot see it
    :ivar legend: what the forms of the arrows mean
    :ivar wrap: how many letters a line has beside an arrow, at most
    :ivar node_wrap: how many it has in a box
    """

    title: str
    summary: str
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    legend: Mapping[Kind, str] = dataclasses.field(default_factory=dict)
    wrap: int = 22
    node_wrap: int = 34

    @property
    def frames(self) -> list[str]:
        """The names of its frames."""
        return list(
            dict.fromkeys(each for node in self.nodes for each in node.frames)
        )

    def members(self, name: str) -> list[Node]:
        """Return the nodes of a frame, or the node of that name."""
        return [n for n in self.nodes if name in (n.name, *n.frames)]


def _quoted(text: str) -> str:
    escaped = text.replace('\\', '\\\\').replace('"', '\\"')
    return '"' + escaped.replace('\n', '\\n') + '"'


def _wrapped(text: str, width: int) -> str:
    lines = textwrap.wrap(
        text, width, break_long_words=False, break_on_hyphens=False
    )
    return '\n'.join(lines)


def _node(node: Node, wrap: int) -> str:
    lines = [f'<b>{html.escape(node.name)}</b>'] if node.words else []
    lines += html.escape(_wrapped(node.words or node.name, wrap)).split('\n')
    return (
        f'{_quoted(node.name)} [label=<{"<br/>".join(lines)}>, '
        f'{_NODES[node.kind]}, class={node.kind}];'
    )


def _edge(graph: Graph, edge: Edge) -> str:
    tails, heads = graph.members(edge.tail), graph.members(edge.head)
    # An arrow at a frame is one at a node in it, cut at the frame.
    tail, head = tails[-1], heads[-1]
    # The spaces keep the words away from the line.
    label = re.sub('(?m)^|$', ' ', _wrapped(edge.words, graph.wrap))
    options = [f'label={_quoted(label)}', _EDGES[edge.kind]]
    options.append(f'class={edge.kind}')
    for end, option in (
        (edge.tail, 'lhead' if edge.up else 'ltail'),
        (edge.head, 'ltail' if edge.up else 'lhead'),
    ):
        if end in graph.frames:
            options.append(f'{option}={_quoted(f"cluster {end}")}')
    if edge.weak:
        options.append('constraint=false')
    ends = [_quoted(tail.name), _quoted(head.name)]
    if edge.up:
        options.append('dir=back')
        ends.reverse()
    return f'{" -> ".join(ends)} [{", ".join(options)}];'


def _framed(graph: Graph, within: tuple[str, ...]) -> Iterator[str]:
    """Write the nodes that are in these frames, and the frames in these."""
    depth = len(within)
    inside = [n for n in graph.nodes if n.frames[:depth] == within]
    for node in inside:
        if node.frames == within:
            yield _node(node, graph.node_wrap)
    inner = [n.frames[depth] for n in inside if len(n.frames) > depth]
    for frame in dict.fromkeys(inner):
        yield f'subgraph {_quoted(f"cluster {frame}")} {{'
        yield f'label={_quoted(frame)}; style="rounded,dashed"; margin=10;'
        yield from _framed(graph, (*within, frame))
        yield '}'


def source(graph: Graph) -> str:
    """Return a graph in the language of Graphviz."""
    lines = [
        'digraph {',
        'compound=true; bgcolor=white; ranksep=0.42; nodesep=0.22;',
        'node [shape=box, fontname=Arial, fontsize=12, margin="0.12,0.06"];',
        'edge [fontname=Arial, fontsize=10.5, arrowsize=0.8];',
        'graph [fontname=Arial, fontsize=11, labeljust=l];',
    ]
    lines += _framed(graph, ())
    # What leads from a frame to itself is in the list only.
    lines += [
        _edge(graph, edge) for edge in graph.edges if edge.tail != edge.head
    ]
    return '\n'.join([*lines, '}', ''])


def drawn(graph: Graph) -> str:
    """Let Graphviz draw a graph.

    :returns: what ``dot`` writes
    :raises FileNotFoundError: when there is no ``dot``
    """
    return subprocess.run(
        ['dot', '-Tsvg'],
        input=source(graph),
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def for_page(svg: str, graph: Graph, name: str) -> str:
    """Return what ``dot`` has drawn as a part of a page.

    It takes its colours from the page's style and tells what it shows.

    :param svg: what ``dot`` wrote
    :param name: what its ids begin with
    """
    root = ElementTree.fromstring(svg)  # noqa: S314
    ElementTree.register_namespace('', SVG)
    for parent in root.iter():
        for child in list(parent):
            if child.tag == f'{{{SVG}}}title':
                # The names of nodes, which browsers would show as tooltips.
                parent.remove(child)
    for element in root.iter():
        _coloured(element)
    # Where a page has no style for it: dark on what is drawn white.
    root.set('color', '#212529')
    root.set('role', 'img')
    root.set('aria-labelledby', f'{name}-title {name}-summary')
    summary = ElementTree.Element(f'{{{SVG}}}desc', {'id': f'{name}-summary'})
    summary.text = graph.summary
    title = ElementTree.Element(f'{{{SVG}}}title', {'id': f'{name}-title'})
    title.text = graph.title
    root.insert(0, summary)
    root.insert(0, title)
    return ElementTree.tostring(root, encoding='unicode')


def _coloured(element: ElementTree.Element) -> None:
    """Let the page's style say which colour lines and words have."""
    if element.tag == f'{{{SVG}}}text':
        element.set('fill', 'currentColor')
        return
    for name in ('fill', 'stroke'):
        if element.get(name) == 'black':
            element.set(name, 'currentColor')
    element.attrib.pop('id', None)


def width(svg: str) -> float:
    """Return how many points wide a drawing is."""
    found = re.search(r'<svg width="([\d.]+)pt"', svg)
    return float(found[1]) if found else 0.0


def listed(graph: Graph) -> Iterator[str]:
    """Write a graph down as a list, in reStructuredText."""
    for frame in graph.frames:
        inside = ', '.join(f'*{node.name}*' for node in graph.members(frame))
        yield f'* **{frame}**: {inside}'
    for node in graph.nodes:
        if node.words:
            yield f'* **{node.name}**: {node.words}'
    for edge in graph.edges:
        words = f': {edge.words}' if edge.words else ''
        if edge.kind in graph.legend:
            words += f' ({graph.legend[edge.kind]})'
        yield f'* *{edge.tail}* → *{edge.head}*{words}'
