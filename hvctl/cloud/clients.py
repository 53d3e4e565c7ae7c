# SPDX-License-Identifier: Apache-2.0
"""The cloud of the loop: looks, and runs steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
import dataclasses
import time

from openstack import connection

from hvctl import exceptions
from hvctl.cloud import clouds
from hvctl.cloud.act import actor
from hvctl.cloud.ask import resolver
from hvctl.cloud.observe import bare_metal
from hvctl.cloud.observe import observer
from hvctl.model.results import Done
from hvctl.model.snapshot import Scope, Snapshot
from hvctl.model.steps import Step


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A bare-metal cloud and one compute cloud, through the SDK.

    :ivar metal: the connection to the bare-metal cloud
    :ivar compute_cloud: the name in clouds.yaml of the cloud in which the
        hypervisors register; None where it is the same
    :ivar resolve: finds images, flavors, networks and keypairs by name
    :ivar monotonic: tells what has passed, in seconds
    """

    metal: connection.Connection
    compute_cloud: str | None
    observer: observer.Observer
    actor: actor.Actor
    resolve: resolver.Resolver
    monotonic: Callable[[], float]

    @classmethod
    def connect(
        cls,
        metal: connection.Connection,
        compute_cloud: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> Client:
        """Log in to the clouds, and read their names from clouds.yaml.

        :param metal: see the class
        :param compute_cloud: see there
        :param monotonic: see there
        :raises CloudError: when the compute cloud cannot be reached
        """
        metal = compute = clouds.without_demands(metal)
        if compute_cloud is not None:
            compute = clouds.without_demands(clouds.connect(compute_cloud))
        pair = clouds.pair(metal, compute, compute_cloud, monotonic)
        return cls(
            metal=metal,
            compute_cloud=compute_cloud,
            observer=observer.Observer(
                pair=pair, port_marks=bare_metal.port_marks(clouds.known())
            ),
            actor=actor.Actor(pair),
            resolve=resolver.Resolver(metal, compute),
            monotonic=monotonic,
        )

    def within(self, compute_cloud: str | None) -> Client:
        """Return the client for the hypervisors of a compute cloud.

        :param compute_cloud: its name in clouds.yaml; None for the bare-metal
            cloud itself
        :raises CloudError: when it cannot be reached
        """
        if compute_cloud == clouds.name(self.metal):
            compute_cloud = None
        if compute_cloud == self.compute_cloud:
            return self
        return Client.connect(self.metal, compute_cloud, self.monotonic)

    def of(self, names: Iterable[str]) -> Client:
        """Return the client for the compute cloud in which hypervisors are.

        :raises InvalidRequest: when they are in several
        :raises CloudError: when a cloud cannot be asked
        """
        known = self.observer.whereabouts(frozenset(names))
        found = {known[name]: name for name in names if name in known}
        if len(found) > 1:
            listed = ', '.join(
                f'{name} in {cloud or clouds.name(self.metal)}'
                for cloud, name in found.items()
            )
            raise exceptions.InvalidRequest(
                f'these are in different compute clouds ({listed}); name the '
                'hypervisors of each in a command of its own'
            )
        return self.within(next(iter(found), None))

    @property
    def tells_time(self) -> bool:
        """Whether the bare-metal cloud has told its time by an answer."""
        return self.observer.pair.metal.time.told

    def observe(self, scope: Scope) -> Snapshot:
        """Take one look.

        :param scope: how far it reaches
        :raises CloudError: when a list could not be read
        """
        return self.observer.observe(scope)

    def act(self, step: Step) -> Done:
        """Run one step.

        :raises CloudError: when it failed
        """
        return self.actor.act(step)
