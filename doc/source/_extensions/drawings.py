# SPDX-License-Identifier: Apache-2.0
"""The pictures of the documentation, made of hvctl's own tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
import importlib
import itertools
import pathlib
import runpy
import typing

from graphs import Edge
from graphs import Graph
from graphs import Kind
from graphs import Node

import hvctl
from hvctl.decide import goal
from hvctl.decide.create import stages as create_stages
from hvctl.decide.drain.moves import way
from hvctl.decide.hypervisor import life
from hvctl.model.hypervisor import Phase
from hvctl.model.move import MoveState

#: The test that holds the layers; it runs without what other tests need.
_LAYERING = pathlib.Path(hvctl.__file__).parent / 'tests/unit/test_layering.py'

_S = typing.TypeVar('_S', Phase, MoveState)

#: The documentation.
PAGES = pathlib.Path(__file__).parents[1]

_WITH_SERVER = 'there is a server'
_RUNNING = 'the machine runs'
_NOT_IN_SERVICE = 'not in service'

#: The phases that are framed together, the outermost frame first.
_FRAMES = {
    _WITH_SERVER: frozenset(life.WITH_SERVER),
    _RUNNING: frozenset({Phase.BOOTING, *life.REGISTERED}),
    _NOT_IN_SERVICE: frozenset(life.NOT_IN_SERVICE),
}

_MOVERS = {
    life.Mover.COMMAND: Kind.OURS,
    life.Mover.CLOUD: Kind.SOFT,
    life.Mover.MISHAP: Kind.BAD,
}


def life_of_a_hypervisor() -> Graph:
    """Draw the phases, and what moves a hypervisor through them."""
    bad = {Phase.DOWN, Phase.FAILED, Phase.ORPHANED}
    nodes = [
        Node(
            name=phase,
            kind=Kind.GOOD
            if phase is Phase.ENABLED
            else Kind.BAD
            if phase in bad
            else Kind.PLAIN,
            frames=_framed(_FRAMES, phase),
        )
        # What arrows from a frame begin at comes last.
        for phase in sorted(life.PHASES, key=lambda p: p not in bad)
    ]
    return Graph(
        title='The life of a hypervisor',
        summary='The phases of a hypervisor, and what moves it from one to '
        'the next.  The list below says the same.',
        nodes=nodes,
        wrap=15,
        legend={
            Kind.OURS: 'a command of hvctl',
            Kind.SOFT: 'by itself',
            Kind.BAD: 'a mishap',
        },
        edges=[
            Edge(
                tail=tail,
                head=head,
                words=arrow.cause,
                kind=_MOVERS[arrow.mover],
                weak=_is_back(tail, head),
            )
            for arrow in life.ARROWS
            for tail in _ends(_FRAMES, arrow.before)
            for head in _ends(_FRAMES, arrow.after)
        ],
    )


def _is_back(tail: str, head: str) -> bool:
    """Whether an arrow leads to a phase that was there before."""
    order = [str(phase) for phase in life.PHASES]
    if head == _NOT_IN_SERVICE:
        return True
    return (
        tail in order
        and head in order
        and order.index(head) < order.index(tail)
    )


def _framed(frames: Mapping[str, frozenset[_S]], state: _S) -> tuple[str, ...]:
    """Name the frames that a state is in."""
    return tuple(frame for frame, has in frames.items() if state in has)


def _ends(
    frames: Mapping[str, frozenset[_S]], states: Sequence[_S]
) -> Iterator[str]:
    """Name a frame where an arrow has all that is in it."""
    rest = dict.fromkeys(states)
    for frame, has in frames.items():
        if has <= rest.keys():
            yield frame
            for state in has:
                del rest[state]
    yield from map(str, rest)


_HERE, _AT_REST = 'on the host', 'not under way'
_AWAY = 'off the host, and well'

#: The states of moves that are framed together, the outermost frame first.
_PLACES = {
    _HERE: frozenset(way.HERE),
    _AT_REST: frozenset(way.AT_REST),
    _AWAY: frozenset(way.AWAY),
}


def way_of_a_guest() -> Graph:
    """Draw the states of a move, and what leads from one to the next."""
    nodes = [
        Node(
            name=str(state),
            kind=Kind.GOOD
            if state in way.AWAY
            else Kind.BAD
            if state.remains
            else Kind.PLAIN,
            frames=_framed(_PLACES, state),
        )
        # What arrows from a frame begin at comes last.
        for state in sorted(MoveState, key=lambda s: s is MoveState.MOVING)
    ]
    return Graph(
        title='The way of a guest',
        summary='The states of a move, and what leads from one to the next.  '
        'The list below says the same.',
        wrap=14,
        nodes=nodes,
        edges=[
            Edge(tail=tail, head=head, words=arrow.cause)
            for arrow in way.ARROWS
            for tail in _ends(_PLACES, arrow.before)
            for head in _ends(_PLACES, arrow.after)
        ],
    )


_STAGES = {
    goal.Kind.CHECK: Kind.BAD,
    goal.Kind.STEP: Kind.OURS,
    goal.Kind.WAIT: Kind.SOFT,
}


def stages_of_create() -> Graph:
    """Draw the stages of create, in columns."""
    stages = [s for s in create_stages.STAGES if s.kind is not goal.Kind.CHECK]
    height = -(-len(stages) // 3)
    return Graph(
        title='The stages of create',
        summary='The stages in which something is done or waited for, in '
        'order.  The table below has all of them.',
        node_wrap=24,
        nodes=[
            Node(
                name=stage.name,
                words=f'{stage.words} ({stage.when})'
                if stage.when
                else stage.words,
                kind=_STAGES[stage.kind],
            )
            for stage in stages
        ],
        edges=[
            Edge(tail=before.name, head=after.name, weak=number % height == 0)
            for number, (before, after) in enumerate(
                itertools.pairwise(stages), 1
            )
        ],
    )


def layers() -> Graph:
    """Draw the layers, and what each imports."""
    arrows = runpy.run_path(str(_LAYERING))['ARROWS']
    return Graph(
        title='The layers of hvctl',
        summary='The packages of hvctl, and which imports which.  An arrow '
        'that a longer way implies is not drawn.  The list below says all.',
        node_wrap=22,
        nodes=[
            Node(name=layer, words=_purpose(layer))
            for layer, below in arrows.items()
            if below or any(layer in each for each in arrows.values())
        ],
        edges=[
            Edge(tail=layer, head=each)
            for layer, below in arrows.items()
            for each in sorted(below)
            if not any(each in _reached(arrows, other) for other in below)
        ],
    )


def _purpose(layer: str) -> str:
    """Return what a package says of itself, in one line."""
    said = importlib.import_module(f'hvctl.{layer}').__doc__ or ''
    return said.partition('\n')[0].rstrip('.')


def _reached(arrows: dict[str, set[str]], layer: str) -> set[str]:
    """Return all that a layer imports, directly or by another one."""
    return arrows[layer].union(
        *(_reached(arrows, below) for below in arrows[layer])
    )


def who_talks_to_whom() -> Graph:
    """Draw the operator, the clouds, the metal and the fabric."""
    bare, compute = 'bare-metal cloud', 'compute cloud, often the same one'
    machine = 'the machine'
    return Graph(
        title='Who talks to whom',
        summary='hvctl runs where the operator types, and talks to the APIs '
        'of the clouds only.  The list below says who else talks to whom.',
        wrap=17,
        nodes=[
            Node(
                name='operator',
                words='openstack with hvctl; it reads clouds.yaml and '
                'hvctl.yaml',
                kind=Kind.OURS,
            ),
            Node(name='Neutron', frames=(bare,)),
            Node(name='Nova, Ironic driver', frames=(bare,)),
            Node(name='Ironic', frames=(bare,)),
            Node(name='Placement', frames=(compute,)),
            Node(name='Neutron, agents', frames=(compute,)),
            Node(name='Nova', frames=(compute,)),
            Node(name='guests', frames=(machine,)),
            Node(name='network agent', frames=(machine,)),
            Node(name='nova-compute', frames=(machine,)),
            Node(name='fabric', words='switches, and the networks on them'),
        ],
        edges=[
            Edge(
                tail='operator',
                head='Nova, Ironic driver',
                words='servers, with user-data',
                kind=Kind.OURS,
            ),
            Edge(
                tail='operator',
                head='Neutron',
                words='ports, trunks',
                kind=Kind.OURS,
            ),
            Edge(
                tail='operator',
                head='Nova',
                words='services, aggregates, guests',
                kind=Kind.OURS,
            ),
            Edge(
                tail='operator',
                head='Placement',
                words='providers, the hold',
                kind=Kind.OURS,
            ),
            Edge(
                tail='operator',
                head='Neutron, agents',
                words='agents',
                kind=Kind.OURS,
            ),
            Edge(
                tail='Nova, Ironic driver',
                head='Ironic',
                words='deploys, with a config drive',
            ),
            Edge(
                tail='operator',
                head='Ironic',
                words='reads nodes',
                kind=Kind.OURS,
            ),
            Edge(tail='Ironic', head=machine, words='power, image'),
            Edge(
                tail='nova-compute',
                head='Nova',
                words='registers, by the message queue',
                kind=Kind.SOFT,
                up=True,
            ),
            Edge(
                tail='nova-compute',
                head='Placement',
                words='its inventory',
                kind=Kind.SOFT,
                up=True,
            ),
            Edge(
                tail='network agent',
                head='Neutron, agents',
                words='reports',
                kind=Kind.SOFT,
                up=True,
            ),
            Edge(tail='nova-compute', head='guests', words='runs'),
            Edge(tail='network agent', head='guests', words='connects'),
            Edge(
                tail='Neutron', head='fabric', words="the machine's networks"
            ),
            Edge(tail='guests', head='fabric', words="tenants' networks"),
        ],
    )


#: By the names that the pages use.
PICTURES: dict[str, Callable[[], Graph]] = {
    'life': life_of_a_hypervisor,
    'stages-of-create': stages_of_create,
    'layers': layers,
    'way-of-a-guest': way_of_a_guest,
    'who-talks-to-whom': who_talks_to_whom,
}
