# SPDX-License-Identifier: Apache-2.0
"""Tests of what a look reads of single hosts."""

from __future__ import annotations

from hvctl import exceptions
from hvctl.model.records import Need
from hvctl.model.snapshot import GuestsLook, WholeLook
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.observe import looking


class TestHost(looking.TestCase):
    """Guests, what ties them, and room."""

    def test_guests_of_a_host(self) -> None:
        """Guests, soft-deleted ones too, and migrations of a host."""
        look = self.observe(hosts=frozenset({'hv2'}))

        query = next(q for q in self.queries(looking.SERVERS) if 'host' in q)
        self.assertEqual(
            {'all_tenants': '1', 'soft_deleted': 'True', 'host': 'hv2'}, query
        )
        self.assertEqual({'hv2'}, set(look.guests))
        self.assertEqual(
            [{'host': 'hv2'}], self.queries(f'{base.COMPUTE}/os-migrations')
        )
        self.assertEqual(2, len(look.migrations['hv2']))

    def answer_host(self, *guests) -> None:
        """Let Nova give these guests, whatever their host."""
        self.mock.get(f'{looking.SERVERS}?host=hv2', json={'servers': guests})
        self.mock.get(
            f'{looking.SERVERS}?host=hv2&marker={guests[-1]["id"]}',
            json={'servers': []},
        )

    def test_filter_that_is_ignored(self) -> None:
        """Nova drops a filter that a policy forbids: no guest is believed."""
        guest = base.ANSWERS['servers']['body']['servers'][0]
        here = {**guest, 'id': 'here', 'OS-EXT-SRV-ATTR:host': 'hv2'}
        hidden = {**guest, 'id': 'hidden'}
        del hidden['OS-EXT-SRV-ATTR:host']
        for other, rule in (
            (
                {**here, 'id': 'o', 'OS-EXT-SRV-ATTR:host': 'hv77'},
                'servers:allow_all_filters',
            ),
            (hidden, 'os-extended-server-attributes'),
        ):
            with self.subTest(rule=rule):
                self.answer_host(here, other)

                with self.assertRaisesRegex(
                    exceptions.CloudError, f'os_compute_api:{rule}'
                ) as caught:
                    self.observe(hosts=frozenset({'hv2'}))
                self.assertFalse(caught.exception.transient)

    def test_host_in_other_letters(self) -> None:
        """A database that ignores case gives the guests of HV2 as well."""
        guest = base.ANSWERS['servers']['body']['servers'][0]
        here = {**guest, 'id': 'here', 'OS-EXT-SRV-ATTR:host': 'hv2'}
        other = {**guest, 'id': 'other', 'OS-EXT-SRV-ATTR:host': 'HV2'}
        self.answer_host(here, other)

        look = self.observe(hosts=frozenset({'hv2'}))

        self.assertEqual(['here'], [g.id for g in look.guests['hv2']])

    def test_migrations_of_others(self) -> None:
        """Records of other hosts are left out."""
        (recorded, *_) = base.ANSWERS['migrations']['body']['migrations']
        other = {
            **recorded,
            'id': 99,
            'uuid': 'other',
            'source_compute': 'hv7',
            'dest_compute': 'hv8',
        }
        self.mock.get(
            f'{base.COMPUTE}/os-migrations',
            **base.listed('migrations', recorded, other),
        )

        look = self.observe(hosts=frozenset({'hv2'}))

        self.assertEqual(
            [recorded['id']], [m.id for m in look.migrations['hv2']]
        )

    def test_test_guests(self) -> None:
        """Their own migrations, and who takes one: no list of guests."""
        (recorded, *_) = base.ANSWERS['migrations']['body']['migrations']
        theirs = {**recorded, 'id': 99, 'uuid': 'u', 'instance_uuid': 't'}
        url = f'{base.COMPUTE}/os-migrations'
        self.mock.get(url, **base.listed('migrations', recorded, theirs))

        look = self.observe(tests=frozenset({'t'}))

        self.assertEqual([{'instance_uuid': 't'}], self.queries(url))
        # Whatever Nova gives for that.
        self.assertEqual([99], [m.id for m in look.test_migrations['t']])
        taking = {'resources': 'CUSTOM_HVCTL_TEST:1'}
        self.assertIn(taking, self.queries(looking.PROVIDERS))
        self.assertEqual(
            {each.id for each in look.providers}, look.providers_for_tests
        )
        for query in self.queries(looking.SERVERS):
            self.assertNotIn('all_tenants', query)

        self.mock.reset_mock()
        look = self.observe()

        self.assertEqual({}, look.test_migrations)
        self.assertEqual(frozenset(), look.providers_for_tests)
        self.assertEqual([], self.queries(url))
        self.assertNotIn(taking, self.queries(looking.PROVIDERS))

    def test_migrations_again(self) -> None:
        """A later look pages only as far as something may have changed."""
        (recorded, *_) = base.ANSWERS['migrations']['body']['migrations']
        url = f'{base.COMPUTE}/os-migrations'

        def history(*statuses):
            """The newest has the greatest id; two on a page."""
            found = [
                {
                    **recorded,
                    'id': number,
                    'uuid': str(number),
                    'status': status,
                }
                for number, status in enumerate(statuses, start=1)
            ][::-1]
            self.mock.get(url, **base.listed('migrations', *found, page=2))

        hosts = frozenset({'hv2'})
        for before, after, partial, whole in (
            ('eeeeee', 'eeeeee', 1, 1),
            ('eeeeee', 'eeeeeeq', 1, 1),
            ('eeeeee', 'eeeeeeqqq', 2, 2),
            ('eeeeeq', 'eeeeec', 1, 1),
            # An old one that may be open for ever is looked for in whole ones.
            ('eqeeee', 'eqeeee', 1, 3),
            ('eqeeee', 'eqeeeeq', 1, 3),
            ('', 'eeeeee', 4, 4),
        ):
            for expected, again in (
                (partial, lambda last: GuestsLook(last=last, hosts=hosts)),
                (whole, lambda last: WholeLook(rest=last, hosts=hosts)),
            ):
                with self.subTest(before=before, after=after, pages=expected):
                    names = {'e': 'error', 'q': 'queued', 'c': 'completed'}
                    history(*(names[each] for each in before))
                    look = self.observe(hosts=hosts)
                    history(*(names[each] for each in after))
                    sent = len(self.sent('GET', url))

                    look = self.client.observe(again(look))

                    self.assertEqual(
                        expected, len(self.sent('GET', url)) - sent
                    )
                    self.assertEqual(
                        [
                            (number, names[status])
                            for number, status in enumerate(after, start=1)
                        ][::-1],
                        [(m.id, m.status) for m in look.migrations['hv2']],
                    )

    def test_ties(self) -> None:
        """Ports that are a device of the host, and anti-affinity groups."""

        def groups(request, context):
            found = [
                {'id': 'a', 'policy': 'anti-affinity', 'members': ['g1']},
                {'id': 'b', 'policy': 'affinity', 'members': ['g2']},
            ]
            return {'server_groups': [] if 'offset' in request.qs else found}

        self.mock.get(
            f'{base.NETWORK}/ports?binding:host_id=hv2',
            **base.listed(
                'ports',
                *(
                    {
                        'id': str(number),
                        'device_id': guest,
                        'binding:vnic_type': vnic_type,
                    }
                    for number, (guest, vnic_type) in enumerate(
                        (
                            ('g1', 'vdpa'),
                            ('g1', 'direct'),
                            ('g1', 'direct'),
                            ('g2', 'normal'),
                            ('g3', 'macvtap'),
                        )
                    )
                ),
            ),
        )
        self.mock.get(
            f'{base.COMPUTE}/os-server-groups',
            json=groups,
        )

        look = self.observe(hosts=frozenset({'hv2'}), ties=True)

        self.assertEqual({'g1': ('direct', 'vdpa')}, look.direct_ports)
        self.assertEqual({'g1': 'a'}, look.anti_affinity)
        self.assertEqual({'g2': 'b'}, look.affinity)
        self.assertTrue(look.ties_known)
        again = self.client.observe(
            GuestsLook(last=look, hosts=frozenset({'hv2'}))
        )
        self.assertFalse(again.ties_known)
        self.assertEqual({'g1': 'a'}, again.anti_affinity)

    def test_many_groups(self) -> None:
        """Nova cuts the list of groups off and tells no next page."""
        groups = [
            {'id': str(n), 'policy': 'anti-affinity', 'members': [f'g{n}']}
            for n in range(5)
        ]

        def page(request, context):
            start = int(request.qs.get('offset', ['0'])[0])
            return {'server_groups': groups[start : start + 2]}

        self.mock.get(f'{base.COMPUTE}/os-server-groups', json=page)

        look = self.observe(ties=True)

        self.assertEqual(
            {f'g{n}': str(n) for n in range(5)}, look.anti_affinity
        )

    def test_room(self) -> None:
        """A need is one question, and its answer is the hosts with room."""
        self.mock.get(
            f'{base.PLACEMENT}/allocation_candidates',
            json={'allocation_requests': [], 'provider_summaries': {}},
        )
        need = Need(
            (('MEMORY_MB', 512), ('VCPU', 1)), ('!HW_B', 'HW_A'), ('a1', 'a2')
        )

        look = self.observe(needs=frozenset({need}))

        (query,) = self.queries(f'{base.PLACEMENT}/allocation_candidates')
        self.assertEqual(
            {
                'resources': 'MEMORY_MB:512,VCPU:1',
                'required': '!HW_B,HW_A',
                'member_of': 'in:a1,a2',
                'limit': '1000',
            },
            query,
        )
        self.assertEqual({need: ()}, look.room)
        self.observe(needs=frozenset({need}), room_in='p1')
        *_, again = self.queries(f'{base.PLACEMENT}/allocation_candidates')
        self.assertEqual({**query, 'in_tree': 'p1'}, again)

    def test_consumers(self) -> None:
        """The consumers of a provider, what is below it or shared left out.

        One that is gone has none.
        """
        self.mock.get(
            f'{looking.PROVIDERS}/p1/allocations',
            **base.answer('consumers'),
        )
        self.mock.get(
            f'{looking.PROVIDERS}/p2/allocations', **base.answer('alloc404')
        )

        look = self.observe(provider_ids=frozenset({'p1', 'p2'}))

        self.assertEqual(
            {
                'p1': {
                    builders.an_id('g1'): {'VCPU': 2, 'MEMORY_MB': 2048},
                },
                'p2': {},
            },
            look.consumers,
        )
