# SPDX-License-Identifier: Apache-2.0
"""Asks the clouds what a create must know first, everything at once."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import functools
import uuid

from openstack import connection
from openstack import resource

from hvctl import exceptions
from hvctl.cloud import ages
from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.cloud import parallel
from hvctl.cloud.ask import aggregates
from hvctl.cloud.ask import flavors
from hvctl.cloud.ask import networks
from hvctl.cloud.ask import questions
from hvctl.cloud.ask import quotas
from hvctl.cloud.ask import zones
from hvctl.cloud.observe import compute_cloud
from hvctl.model.preflight import Answers, Flavor, Lookup, Quota, QuotaKind
from hvctl.model.records import Server

#: Waits for some answers, and adds them to the others.
_Part = Callable[[Answers], Answers]


class Resolver:
    """Finds things by name, and what is left of them.

    :param metal: the connection to the bare-metal cloud
    :param compute: the one to the compute cloud; the same object where that
        is the same cloud
    """

    def __init__(
        self, metal: connection.Connection, compute: connection.Connection
    ) -> None:
        self._metal = metal
        self._compute = compute
        self._compute_cloud = (
            clouds.name(compute) if compute is not metal else None
        )

    def ask(self, names: Lookup, number: int) -> Answers:
        """Look everything up.

        :param number: servers to make
        """
        answers = Answers(compute_cloud=self._compute_cloud)
        with parallel.readers() as pool:
            asked = questions.Questions(pool)
            parts = [
                self._machine(asked, names),
                self._age(asked, names),
                self._zone(asked, names),
                self._address(asked, names),
                self._quotas(asked, names),
                self._subnetworks(asked, names),
                self._aggregates(asked, names),
                self._test_guest(asked, names),
            ]
            for part in parts:
                answers = part(answers)
            stock = self._stock(asked, answers.flavor, number, names)
        return dataclasses.replace(
            answers,
            candidates=stock.free if stock is not None else None,
            disabled=stock.disabled if stock is not None else 0,
            problems=tuple(asked.problems),
            unknown=tuple(asked.unknown),
        )

    def guest(self, flavor: str) -> Server:
        """Return what a guest of a flavor of the compute cloud would be."""
        return flavors.guest(self._compute, flavor)

    def _machine(self, asked: questions.Questions, names: Lookup) -> _Part:
        """Ask for what the machine is made with."""
        conn = self._metal
        endpoint = asked.ask(
            'bare-metal endpoint',
            functools.partial(_endpoint, conn),
            needed=False,
        )
        image = _image(asked, 'image', conn, names.image)
        flavor = _flavor(asked, 'flavor', conn, names.flavor)
        network = asked.find(
            'network', names.network, lambda: conn.network.find_network
        )
        keypair = asked.find(
            'keypair',
            names.key_name,
            lambda: conn.compute.find_keypair,
            needed=False,
        )

        def finish(answers: Answers) -> Answers:
            endpoint.answer()
            the_image = image.answer()
            asked.problems += _inactive('image', the_image)
            image_id = _id(the_image) or _as_id(names.image)
            found = flavor.answer()
            the_network = network.answer()
            keypair.answer()
            return dataclasses.replace(
                answers,
                image_id=image_id or '',
                flavor=found,
                network_id=_id(the_network) or '',
                mtu=the_network.mtu if the_network is not None else None,
            )

        return finish

    def _address(self, asked: questions.Questions, names: Lookup) -> _Part:
        """Ask for the subnet and the fixed IP of the machine's port."""
        look = None
        if names.network is not None and (
            names.subnet is not None or names.fixed_ip is not None
        ):
            look = functools.partial(
                networks.address, self._metal, names.network, names
            )
        address = asked.ask('subnet', look, needed=names.subnet is not None)

        def finish(answers: Answers) -> Answers:
            found = address.answer()
            if found is None:
                return answers
            asked.problems += found.problems
            if names.fixed_ip and answers.network_id and not found.problems:
                taken = asked.ask(
                    'fixed IP',
                    functools.partial(
                        networks.taken,
                        self._metal,
                        answers.network_id,
                        names.fixed_ip,
                    ),
                    names.fixed_ip,
                    needed=False,
                )
                asked.problems += taken.answer() or ()
            return dataclasses.replace(answers, subnet_id=found.subnet_id)

        return finish

    def _quotas(self, asked: questions.Questions, names: Lookup) -> _Part:
        """Ask for quotas; those of the test guest where they are others."""
        metal = _quota_questions(asked, self._metal, '')
        tests: list[questions.Question[dict[QuotaKind, Quota]]] = []
        if names.test_flavor is not None and self._compute_cloud is not None:
            where = f' in compute cloud {self._compute_cloud}'
            tests = _quota_questions(asked, self._compute, where)

        def finish(answers: Answers) -> Answers:
            return dataclasses.replace(
                answers,
                quotas=_quota_answers(metal),
                test_quotas=_quota_answers(tests),
            )

        return finish

    def _subnetworks(self, asked: questions.Questions, names: Lookup) -> _Part:
        """Ask for the networks that the machine is to have as VLANs."""
        conn = self._metal
        trunks = asked.ask(
            'trunk service',
            functools.partial(_trunks, conn) if names.subnetworks else None,
            needed=False,
        )
        subnetworks = [
            asked.ask(
                f'sub-network {wish.network}',
                functools.partial(networks.subnetwork, conn, wish),
            )
            for wish in names.subnetworks
        ]

        def finish(answers: Answers) -> Answers:
            trunks.answer()
            return dataclasses.replace(
                answers,
                subnetworks=tuple(
                    found
                    for subnetwork in subnetworks
                    if (found := subnetwork.answer()) is not None
                ),
            )

        return finish

    def _aggregates(self, asked: questions.Questions, names: Lookup) -> _Part:
        """Ask for the aggregates to join."""
        look = None
        if names.aggregates or names.availability_zone:
            look = functools.partial(
                compute_cloud.aggregates, self._compute.compute
            )
        known = asked.ask('aggregates', look)

        def finish(answers: Answers) -> Answers:
            found = known.answer()
            if found is None:
                return answers
            chosen, problems = aggregates.choose(names, found)
            asked.problems += problems
            return dataclasses.replace(answers, aggregates=chosen)

        return finish

    def _test_guest(self, asked: questions.Questions, names: Lookup) -> _Part:
        """Ask for what the test guest is made with."""
        conn = self._compute
        flavor = _flavor(asked, 'test flavor', conn, names.test_flavor)
        image = _image(asked, 'test image', conn, names.test_image)
        network = asked.find(
            'test network',
            names.test_network,
            lambda: conn.network.find_network,
        )

        def finish(answers: Answers) -> Answers:
            the_image = image.answer()
            asked.problems += _inactive('test image', the_image)
            return dataclasses.replace(
                answers,
                test_flavor=flavor.answer(),
                test_image_id=_id(the_image) or _as_id(names.test_image),
                test_network_id=_id(network.answer()),
            )

        return finish

    def _age(self, asked: questions.Questions, names: Lookup) -> _Part:
        """Ask whether hosts of this release do what they are told."""
        look = functools.partial(ages.problems, self._compute)
        old = asked.ask(
            'API of Nova', look if names.compute_ids else None, needed=False
        )

        def finish(answers: Answers) -> Answers:
            asked.problems += old.answer() or ()
            return answers

        return finish

    def _zone(self, asked: questions.Questions, names: Lookup) -> _Part:
        """Ask whether there is the zone that machines are taken from."""
        look = None
        if names.machine_zone is not None:
            look = functools.partial(
                zones.problems, self._metal, names.machine_zone
            )
        zone = asked.ask('availability zone', look, needed=False)

        def finish(answers: Answers) -> Answers:
            asked.problems += zone.answer() or ()
            return answers

        return finish

    def _stock(
        self,
        asked: questions.Questions,
        flavor: Flavor | None,
        number: int,
        names: Lookup,
    ) -> flavors.Stock | None:
        """Ask Placement for free nodes."""
        if flavor is None:
            return None
        zone: tuple[str, ...] | None = ()
        if names.machine_zone is not None and number:
            zone = asked.ask(
                'aggregates',
                functools.partial(
                    zones.aggregates, self._metal, names.machine_zone
                ),
                needed=False,
            ).answer()
        if zone is None:
            return None
        return asked.ask(
            'free nodes',
            lambda: flavors.stock(self._metal, flavor, number, zone),
            needed=False,
        ).answer()


def _endpoint(conn: connection.Connection) -> None:
    """Look for an Ironic; Nova may have one that is not in the catalogue.

    :raises CloudError: when there is none to be seen
    """
    try:
        there = conn.baremetal.get_endpoint() is not None
    except http.NO_SERVICE:
        there = False
    if not there:
        raise exceptions.CloudError(
            'the cloud has no bare-metal endpoint in its catalogue, and '
            'hypervisors are made of Ironic nodes: is it the right cloud?'
        )


def _trunks(conn: connection.Connection) -> None:
    """Insist on trunks.

    :raises SDKException: when there are none
    """
    conn.network.find_extension('trunk', ignore_missing=False)


def _image(
    asked: questions.Questions,
    kind: str,
    conn: connection.Connection,
    name: str | None,
) -> questions.Question[resource.Resource]:
    """Ask for an image; Nova checks an id by itself."""
    return asked.find(
        kind,
        name,
        lambda: conn.image.find_image,
        needed=not _as_id(name),
    )


def _inactive(kind: str, image: resource.Resource | None) -> tuple[str, ...]:
    """Return why Nova would refuse an image (nova/compute/api.py)."""
    if image is None or image.status in (None, 'active'):
        return ()
    return (
        f'{kind} {image.name} is {image.status}, and Nova takes none but an '
        'active one; activate it with openstack image set --activate '
        f'{image.id}, or wait until it is there',
    )


def _as_id(name: str | None) -> str:
    """Return what can only be an id; nothing for a name."""
    try:
        return name if name and str(uuid.UUID(name)) == name else ''
    except ValueError:
        return ''


def _flavor(
    asked: questions.Questions,
    kind: str,
    conn: connection.Connection,
    name: str | None,
) -> questions.Question[Flavor]:
    look = None
    if name is not None:
        look = functools.partial(flavors.find, conn, name)
    return asked.ask(kind, look, name)


def _quota_questions(
    asked: questions.Questions, conn: connection.Connection, where: str
) -> list[questions.Question[dict[QuotaKind, Quota]]]:
    return [
        asked.ask(
            'server quota',
            functools.partial(quotas.servers, conn, where),
            needed=False,
        ),
        asked.ask(
            'port quota',
            functools.partial(quotas.ports, conn, where),
            needed=False,
        ),
    ]


def _quota_answers(
    asked: list[questions.Question[dict[QuotaKind, Quota]]],
) -> dict[QuotaKind, Quota]:
    return {
        what: quota
        for question in asked
        for what, quota in (question.answer() or {}).items()
    }


def _id(found: resource.Resource | None) -> str | None:
    return str(found.id) if found is not None else None
