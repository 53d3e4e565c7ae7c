# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of Placement: what providers have, and who uses how much."""

from __future__ import annotations

import collections
from collections.abc import Collection, Iterable, Iterator, Mapping
import dataclasses

from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world

CONCURRENT = 'placement.concurrent_update'
IN_USE = 'placement.inventory.inuse'
UNDEFINED = 'placement.undefined_code'


class Stock:
    """What there is, and what is used of it.

    Whatever changes a provider or a consumer does so here, so that nothing
    has to be counted anew.
    """

    def __init__(self, of: world.World) -> None:
        self._world = of
        self._more: dict[int, collections.Counter[str]] = {}

    def provider(self, uuid: str) -> records.Provider | None:
        """Return a provider; None when it is not there."""
        found = self._world.providers.find('uuid', uuid)
        return found[1] if found else None

    def known(self, uuid: str) -> records.Provider:
        """Return a provider.

        :raises Refusal: when it is not there
        """
        found = self.provider(uuid)
        if found is None:
            raise service.Refusal(
                404, f'No resource provider with uuid {uuid} found '
            )
        return found

    def used(self, provider: records.Provider) -> records.Resources:
        """Return what is used of a provider."""
        number = self._number(provider.uuid)
        return self._used(number)

    def is_first(self, uuid: str) -> bool:
        """Return whether a provider is used as it was at first."""
        return self._number(uuid) not in self._more

    def add(self, provider: records.Provider) -> None:
        """Add a provider.

        :raises Refusal: when its name or its uuid is taken
        """
        table = self._world.providers
        for index, value in (('uuid', provider.uuid), ('name', provider.name)):
            if table.find(index, value):
                raise service.Refusal(
                    409,
                    f'Conflicting resource provider {index}: {value} already '
                    'exists.',
                    'placement.duplicate_name',
                )
        table.add(provider)

    def change(self, provider: records.Provider) -> records.Provider:
        """Write a provider, with its next generation."""
        changed = dataclasses.replace(
            provider, generation=provider.generation + 1
        )
        self._world.providers.put(self._number(provider.uuid), changed)
        return changed

    def rename(
        self, provider: records.Provider, name: str
    ) -> records.Provider:
        """Give a provider another name, which is no new generation."""
        changed = dataclasses.replace(provider, name=name)
        self._world.providers.put(self._number(provider.uuid), changed)
        return changed

    def set_inventories(
        self,
        provider: records.Provider,
        inventories: Mapping[str, records.Inventory],
    ) -> records.Provider:
        """Replace the inventories of a provider.

        :raises Refusal: when one that is left out is in use
        """
        used = self.used(provider)
        gone = sorted(
            name
            for name in provider.inventories
            if name not in inventories and used.get(name)
        )
        if gone:
            raise service.Refusal(
                409,
                f"update conflict: Inventory for '{', '.join(gone)}' on "
                f"resource provider '{provider.uuid}' in use.",
                IN_USE,
            )
        return self.change(
            dataclasses.replace(provider, inventories=dict(inventories))
        )

    def tree(self, uuid: str) -> list[str]:
        """Return the providers below one, leaves first, and then its own."""
        provider = self.provider(uuid)
        if provider is None:
            return []
        having = self._world.providers.having('root', provider.root)
        all_ = [each for _, each in having]
        found = [uuid]
        for above in found:
            found += [each.uuid for each in all_ if each.parent == above]
        return found[::-1]

    def leave(
        self, consumer: records.Consumer, providers: Collection[str]
    ) -> None:
        """Take from a consumer what it has of some providers."""
        has = {k: v for k, v in consumer.has.items() if k not in providers}
        self.allocate([dataclasses.replace(consumer, has=has)])

    def delete(self, uuid: str) -> None:
        """Delete a provider.

        :raises Refusal: when it is not there, in use, or has children
        """
        if self.provider(uuid) is None:
            raise service.Refusal(
                404, f'No resource provider with uuid {uuid} found for delete'
            )
        children = any(
            child.parent == uuid for _, child in self._world.providers.rising()
        )
        if children:
            raise service.Refusal(
                409,
                f'Unable to delete parent resource provider {uuid}: It has '
                'child resource providers.',
                'placement.resource_provider.cannot_delete_parent',
            )
        if self._world.consumers.find('provider', uuid):
            raise service.Refusal(
                409,
                f'Unable to delete resource provider {uuid}: Resource '
                'provider has allocations.',
                'placement.resource_provider.inuse',
            )
        self._world.providers.remove(self._number(uuid))

    def consumer(self, uuid: str) -> records.Consumer | None:
        """Return a consumer; None when it has nothing."""
        found = self._world.consumers.find('uuid', uuid)
        return found[1] if found else None

    def consumers(self, provider: str) -> Iterator[records.Consumer]:
        """Return who uses a provider."""
        for _, found in self._world.consumers.having('provider', provider):
            yield found

    def allocate(self, wanted: Iterable[records.Consumer]) -> None:
        """Replace all that some consumers have, or nothing.

        Those that are to have nothing are forgotten.

        :raises Refusal: when a provider has no room
        """
        wanted = list(wanted)
        before = {each.uuid: self.consumer(each.uuid) for each in wanted}
        was = {
            uuid: dict(self._used(self._number(uuid)))
            for each in wanted
            for uuid in each.has
            if self.provider(uuid) is not None
        }
        for each in wanted:
            self._forget(each.uuid)
        try:
            for each in wanted:
                for uuid, resources in each.has.items():
                    self._insist_on_room(uuid, resources, was)
                old = before[each.uuid]
                generation = 1 + (old.generation if old else 0)
                self._remember(
                    dataclasses.replace(each, generation=generation)
                )
        except service.Refusal:
            for each in wanted:
                self._forget(each.uuid)
                old = before[each.uuid]
                if old is not None:
                    self._remember(old)
            raise
        # Placement counts up those on which something is placed, else those
        # from which all is taken (placement/objects/allocation.py,
        # _set_allocations; placement/handlers/allocation.py,
        # create_allocation_list).
        changed: set[str] = set()
        for each in wanted:
            old = before[each.uuid]
            changed.update(each.has or (old.has if old else ()))
        for uuid in sorted(changed):
            self.change(self.known(uuid))

    def release(self, uuid: str) -> bool:
        """Take all that a consumer has; return whether it had anything."""
        if self.consumer(uuid) is None:
            return False
        self._forget(uuid)
        return True

    def _insist_on_room(
        self,
        uuid: str,
        resources: records.Resources,
        was: Mapping[str, records.Resources],
    ) -> None:
        provider = self.provider(uuid)
        if provider is None:
            raise service.Refusal(
                400,
                "Allocation for resource provider '"
                f"{uuid}' that does not exist.",
            )
        used = self.used(provider)
        for name, amount in resources.items():
            have = provider.inventories.get(name)
            where = f"'{name}' on resource provider '{uuid}'"
            if have is None:
                raise _refused(f'Inventory for {where} invalid.')
            if (
                not have.min_unit <= amount <= have.max_unit
                or amount % have.step_size
            ):
                raise _refused(
                    f'Unable to create allocation for {where}. The requested '
                    'amount would violate inventory constraints.'
                )
            now = used.get(name, 0) + amount
            # What is over-full already may become less so.
            if now > have.capacity and now > was[uuid].get(name, -1):
                raise _refused(
                    f'Unable to create allocation for {where}. The requested '
                    'amount would exceed the capacity.'
                )

    def _number(self, uuid: str) -> int:
        found = self._world.providers.find('uuid', uuid)
        assert found is not None
        return found[0]

    def _used(self, number: int) -> records.Resources:
        first = self._world.first.used(number)
        more = self._more.get(number)
        if more is None:
            return first
        total = {
            name: first.get(name, 0) + more[name]
            for name in sorted({*first, *more})
        }
        return {name: amount for name, amount in total.items() if amount}

    def _forget(self, uuid: str) -> None:
        found = self._world.consumers.find('uuid', uuid)
        if found is not None:
            self._count(found[1], -1)
            self._world.consumers.remove(found[0])

    def _remember(self, consumer: records.Consumer) -> None:
        if consumer.has:
            self._count(consumer, 1)
            self._world.consumers.add(consumer)

    def _count(self, consumer: records.Consumer, sign: int) -> None:
        for uuid, resources in consumer.has.items():
            more = self._more.setdefault(
                self._number(uuid), collections.Counter()
            )
            for name, amount in resources.items():
                more[name] += sign * amount


def _refused(message: str) -> service.Refusal:
    return service.Refusal(409, f'Unable to allocate inventory: {message}')
