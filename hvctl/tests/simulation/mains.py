# SPDX-License-Identifier: Apache-2.0
"""The main job in a small simulated cloud, with whatever goes wrong.

A seed says what the cloud is, how long things take in it, which guests there
are, which nodes fail to be deployed, and what happens to each command.  It is
typed again then until it ends well.
"""

from __future__ import annotations

import hashlib
import random

from hvctl.model import identity
from hvctl.tests.simulation import cloud
from hvctl.tests.simulation import numbers
from hvctl.tests.simulation import operators
from hvctl.tests.simulation import pace
from hvctl.tests.simulation import perils
from hvctl.tests.simulation import pictures
from hvctl.tests.simulation import records
from hvctl.tests.simulation import rivals
from hvctl.tests.simulation import transport

NAMES = ('new1', 'new2', 'new3')
_ONES = tuple((name,) for name in NAMES)

#: The vm_state and power_state of guests.
_STATES = (('active', 1), ('active', 1), ('paused', 3), ('stopped', 4))


class Main:
    """The main job of one seed.

    :param directory: has ``hvctl.yaml`` with the profiles ``small`` and
        ``tested``, whose hypervisors boot a test guest, and ``nova.conf``
    """

    def __init__(self, seed: int, directory: str) -> None:
        self._chance = random.Random(seed)
        self._settings = (
            *(
                ('--profile', name, f'--profiles-file={directory}/hvctl.yaml')
                for name in ('small', 'tested')
            ),
            *(
                (
                    *('--image', 'debian', '--flavor', 'metal'),
                    *('--network', 'internalapi'),
                    f'--config={directory}/nova.conf',
                ),
            )
            * 3,
        )
        self.cloud = cloud.Cloud(seed, self._size(), self._pace())
        self.operator = operators.Operator(self.cloud, self._chance)
        self._world = self.cloud.world
        self._guests: dict[str, tuple[str, int]] = {}
        self._before = pictures.picture(self._world)
        self._free = {
            node.uuid
            for _, node in self._world.nodes.rising()
            if node.instance_uuid is None
        }
        self._failing = self._fail_deploys()

    @property
    def trace(self) -> str:
        """Return a digest of every request and how it was answered."""
        asked = repr(self.cloud.application.asked)
        return hashlib.sha256(asked.encode()).hexdigest()

    def run(self) -> None:
        """Do all of it, and check what is there in between."""
        self._create()
        self._boot()
        drained = self._chance.choice((*_ONES, *_ONES, NAMES))
        self._drain(drained)
        self._delete(drained)
        for name in NAMES:
            if name not in drained:
                self._check_enabled(name)
        if drained == NAMES:
            self._end()

    def _size(self) -> numbers.Size:
        return numbers.Size(
            hosts=self._chance.randint(3, 6),
            guests=self._chance.randint(0, 2),
            free_nodes=self._chance.randint(3, 5),
        )

    def _pace(self) -> pace.Pace:
        """Choose how long things take: long enough to be seen, or not."""
        some = self._chance.choice
        registered = some((0.5, 1, 3))
        inventory = registered + some((0, 0.5, 2))
        mapped = inventory + some((0, 0.5, 2))
        return pace.Pace(
            deployed=some((0.5, 1, 4)),
            registered=registered,
            inventory=inventory,
            mapped=mapped,
            agents=mapped + some((-0.4, 0, 1)),
            booted=0.5,
            ended=some((0.5, 1, 3)),
            cleaned=some((0.5, 1, 3)),
            copied=some((0.5, 1, 3)),
            resized=some((0.5, 1, 3)),
            confirmed=some((0.5, 1)),
            at_once=some((1, 2)),
            attempts=some((1, 3)),
            reports=1,
            down=some((2, 4)),
            agent_down=some((2, 5)),
        )

    def _fail_deploys(self) -> set[str]:
        """Let the next deploys of some nodes fail, if others are enough."""
        free = sorted(self._free)
        most = len(free) - len(NAMES)
        failing = set(self._chance.sample(free, self._chance.randint(0, most)))
        self._world.failing.update(dict.fromkeys(failing, 'no power'))
        return failing

    def _type(self, verb: str, *words: str) -> None:
        """Type a command until it ends well; then it changes no more.

        That is seen at every third, since it takes its time.  At every tenth
        two people begin with it at once.
        """
        if self._chance.random() < 1 / 10:
            typed = (verb, *words)
            rivals.type_at_once(self.cloud, self._chance, typed, typed)
        self.operator.succeed(verb, *words)
        if self._chance.random() < 2 / 3:
            return
        self.cloud.clock.advance(perils.SILENCE)
        first = len(self.cloud.application.asked)
        again = self.operator.type(verb, *words)
        assert again is not None
        assert not again.status, again
        changed = [
            asked
            for asked in self.cloud.application.asked[first:]
            if asked.method != 'GET' and not asked.path.endswith('/tokens')
        ]
        assert not changed, changed

    def _create(self) -> None:
        self._type(
            'create',
            *NAMES,
            *self._chance.choice(self._settings),
            *('--retries', '3'),
        )
        self._check()
        for name in NAMES:
            self._check_enabled(name)

    def _check_enabled(self, name: str) -> None:
        """Check that a hypervisor is there, once, and takes guests."""
        (server,) = self._machines(name)
        assert server.vm_state == 'active', server
        (_,) = self._world.ports.having('name', name)
        ((_, of),) = self._world.services.having('host', name)
        assert of.mapped, of
        assert not of.disabled, of
        ((_, node),) = self._world.compute_nodes.having('host', name)
        assert identity.is_ours(name, node.uuid), node
        ((_, provider),) = self._world.providers.having('name', name)
        assert provider.uuid == node.uuid, provider
        assert 'COMPUTE_STATUS_DISABLED' not in provider.traits, provider
        guests = {each.id for each in self._on(name)}
        consumers = {
            each.uuid for each in self.cloud.stock.consumers(provider.uuid)
        }
        assert consumers == guests, consumers

    def _machines(self, name: str) -> list[records.Server]:
        """Return the servers of the administrators' project of a name."""
        return [
            server
            for _, server in self._world.servers.having(
                'project', self.cloud.admin.id
            )
            if server.name == name
        ]

    def _on(self, host: str) -> list[records.Server]:
        """Return the guests of a host."""
        return [each for _, each in self._world.servers.having('host', host)]

    def _boot(self) -> None:
        """Let there be guests on each hypervisor."""
        session = self.cloud.login('demo', 'demo')
        for name in NAMES:
            for number in range(self._chance.randint(0, 2)):
                body = {
                    'name': f'guest{number} of {name}',
                    'flavorRef': 'small',
                    'imageRef': self._world.first.image_id,
                    'networks': 'none',
                    'host': name,
                }
                answer = session.post(
                    f'{transport.URL}/compute/v2.1/servers',
                    json={'server': body},
                    microversion='2.74',
                    endpoint_filter={'service_type': 'compute'},
                )
                state = self._chance.choice(_STATES)
                self._guests[answer.json()['server']['id']] = state
        self.cloud.clock.advance(10)
        for id_, (vm_state, power_state) in self._guests.items():
            self.cloud.machines.change(
                id_, vm_state=vm_state, power_state=power_state
            )
        self._check()

    def _drain(self, names: tuple[str, ...]) -> None:
        self._type('drain', *names, '--max-draining', '3')
        self._check()
        for name in names:
            assert not self._on(name), self._on(name)
            ((_, of),) = self._world.services.having('host', name)
            assert of.disabled, of
            ((_, provider),) = self._world.providers.having('name', name)
            assert not list(self.cloud.stock.consumers(provider.uuid))

    def _delete(self, names: tuple[str, ...]) -> None:
        self._type('delete', *names)
        self._check()
        for name in names:
            assert not self._machines(name)
            for table, index in (
                ('ports', 'name'),
                ('services', 'host'),
                ('compute_nodes', 'host'),
                ('providers', 'name'),
                ('agents', 'host'),
            ):
                found = getattr(self._world, table).find(index, name)
                assert found is None, found

    def _check(self) -> None:
        """Check what is so at any time: of guests, and of others' things."""
        for id_, state in self._guests.items():
            found = self._world.servers.find('id', id_)
            assert found is not None, id_
            guest = found[1]
            assert (guest.vm_state, guest.power_state) == state, guest
            assert guest.task_state is None, guest
            consumer = self.cloud.stock.consumer(id_)
            assert consumer is not None, guest
            ((_, node),) = self._world.compute_nodes.having(
                'host', str(guest.host)
            )
            assert consumer.has == {node.uuid: guest.flavor.resources}, guest
        now = pictures.picture(self._world, self._free)
        before = {
            key: each
            for key, each in self._before.items()
            if key[1] not in self._free
        }
        changed = [key for key, each in before.items() if now.get(key) != each]
        assert not changed, changed
        # Each machine has a port, and no other server or port is there.
        new = now.keys() - before.keys()
        machines = {each.id for name in NAMES for each in self._machines(name)}
        servers = {id_ for table, id_ in new if table == 'servers'}
        assert servers == machines | self._guests.keys(), servers
        ports = [id_ for table, id_ in new if table == 'ports']
        assert len(ports) == len(machines), ports
        theirs = {id_ for _, id_ in before}
        for asked in self.cloud.application.asked:
            if asked.method != 'GET':
                assert theirs.isdisjoint(asked.path.split('/')), asked

    def _end(self) -> None:
        """End the guests; then nothing is left of anything."""
        for id_ in self._guests:
            found = self._world.servers.find('id', id_)
            assert found is not None
            self.cloud.machines.end(found[1])
        self.cloud.clock.advance(10)
        failed = self._failing - self._world.failing.keys()
        left = pictures.differences(
            {k: v for k, v in self._before.items() if k[1] not in failed},
            pictures.picture(self._world, failed),
        )
        assert not left, left
