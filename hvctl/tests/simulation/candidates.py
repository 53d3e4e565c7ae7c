# SPDX-License-Identifier: Apache-2.0
"""Which resource providers have what is asked for, as Placement finds them.

A request's resources come from one provider: what a tree, or a provider that
shares, could give beside it is not simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
import dataclasses
import itertools

from werkzeug import datastructures

from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import stock
from hvctl.tests.simulation import world

Query = datastructures.MultiDict[str, str]

_BAD = 'placement.query.bad_value'
_COMMON = frozenset({'in_tree', 'member_of', 'required', 'resources'})


def providers(
    of: world.World, kept: stock.Stock, query: Query
) -> Iterator[records.Provider]:
    """Find the providers that ``GET /resource_providers`` lists.

    :raises Refusal: when something unknown is asked for
    """
    _insist(query, _COMMON | {'name', 'uuid'})
    return _matching(of, kept, query)


def candidates(
    of: world.World, kept: stock.Stock, query: Query
) -> service.JSON:
    """Answer ``GET /allocation_candidates`` as of 1.34.

    :raises Refusal: when something unknown is asked for
    """
    _insist(query, _COMMON | {'limit', 'group_policy'})
    wanted = _resources(query)
    limit = int(query['limit']) if 'limit' in query else None
    found = list(itertools.islice(_matching(of, kept, query), limit))
    return {
        'allocation_requests': [
            {
                'allocations': {provider.uuid: {'resources': wanted}},
                'mappings': {'': [provider.uuid]},
            }
            for provider in found
        ],
        'provider_summaries': {
            provider.uuid: _summary(provider, kept.used(provider))
            for provider in found
        },
    }


def _summary(
    provider: records.Provider, used: records.Resources
) -> service.JSON:
    return {
        'resources': {
            name: {'capacity': int(have.capacity), 'used': used.get(name, 0)}
            for name, have in provider.inventories.items()
        },
        'traits': sorted(provider.traits),
        'parent_provider_uuid': provider.parent,
        'root_provider_uuid': provider.root,
    }


def _matching(
    of: world.World, kept: stock.Stock, query: Query
) -> Iterator[records.Provider]:
    fits = _Fits.of(of, query)
    wanted = _resources(query)
    for provider in _named(of, query):
        if fits(provider) and (
            not wanted or _has_room(provider, kept.used(provider), wanted)
        ):
            yield provider


def _named(of: world.World, query: Query) -> Iterator[records.Provider]:
    """Find providers by what there is an index for."""
    for key, index in (('uuid', 'uuid'), ('name', 'name')):
        if key in query:
            found = of.providers.having(index, query[key])
            return (provider for _, provider in found)
    if 'in_tree' in query:
        member = of.providers.find('uuid', query['in_tree'])
        if member is None:
            return iter(())
        found = of.providers.having('root', member[1].root)
        return (provider for _, provider in found)
    return (provider for _, provider in of.providers.rising())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Fits:
    """Whether a provider is as a query wants, but for its resources."""

    uuid: str | None
    name: str | None
    root: str | None
    traits: tuple[Callable[[frozenset[str]], bool], ...]
    aggregates: tuple[Callable[[frozenset[str]], bool], ...]

    @classmethod
    def of(cls, known: world.World, query: Query) -> _Fits:
        tree = query.get('in_tree')
        member = known.providers.find('uuid', tree) if tree else None
        return cls(
            uuid=query.get('uuid'),
            name=query.get('name'),
            root=member[1].root if member else tree,
            traits=tuple(
                _one_of(wish)
                for given in query.getlist('required')
                for wish in _wishes(given)
                if _known(wish, known)
            ),
            aggregates=tuple(
                _one_of(given) for given in query.getlist('member_of')
            ),
        )

    def __call__(self, provider: records.Provider) -> bool:
        return (
            self.uuid in (None, provider.uuid)
            and self.name in (None, provider.name)
            and self.root in (None, provider.root)
            and all(wish(provider.traits) for wish in self.traits)
            and all(wish(provider.aggregates) for wish in self.aggregates)
        )


def _wishes(given: str) -> list[str]:
    """Split a list of traits, all of which are wanted."""
    return [given] if given.startswith('in:') else given.split(',')


def _one_of(wish: str) -> Callable[[frozenset[str]], bool]:
    """Return what says whether a set has one of some, or none of them."""
    forbidden = wish.startswith('!')
    some = frozenset(wish.lstrip('!').removeprefix('in:').split(','))
    return lambda have: have.isdisjoint(some) == forbidden


def _known(wish: str, of: world.World) -> bool:
    """Insist that a trait is known.

    :raises Refusal: when nobody has made it
    """
    for trait in wish.lstrip('!').removeprefix('in:').split(','):
        if trait.startswith('CUSTOM_') and trait not in of.custom_traits:
            raise service.Refusal(400, f'No such trait(s): {trait}.', _BAD)
    return True


def _resources(query: Query) -> Mapping[str, int]:
    """Parse the resources that are asked for.

    :raises Refusal: when they make no sense
    """
    found = {}
    for given in filter(None, query.get('resources', '').split(',')):
        name, _, amount = given.partition(':')
        if not amount.isdecimal() or int(amount) < 1:
            raise service.Refusal(
                400,
                'Badly formed resources parameter. Expected resources query '
                'string parameter in form: ?resources=VCPU:2,MEMORY_MB:1024. '
                f'Got: {query["resources"]}.',
                _BAD,
            )
        found[name] = int(amount)
    return found


def _has_room(
    provider: records.Provider,
    used: records.Resources,
    wanted: Mapping[str, int],
) -> bool:
    for name, amount in wanted.items():
        have = provider.inventories.get(name)
        if (
            have is None
            or used.get(name, 0) + amount > have.capacity
            or not have.min_unit <= amount <= have.max_unit
            or amount % have.step_size
        ):
            return False
    return True


def _insist(query: Query, known: frozenset[str]) -> None:
    unknown = sorted(set(query) - known)
    if unknown:
        raise service.Refusal(
            400,
            'Invalid query string parameters: Additional properties are not '
            f'allowed ({", ".join(map(repr, unknown))} was unexpected)',
        )
