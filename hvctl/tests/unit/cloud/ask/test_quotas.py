# SPDX-License-Identifier: Apache-2.0
"""Tests of what is left of quotas."""

from __future__ import annotations

import copy
from unittest import mock

from hvctl.cloud.ask import resolver
from hvctl.model.preflight import Lookup, QuotaKind
from hvctl.tests.unit.cloud import base
from hvctl.tests.unit.cloud.ask import asking


class TestQuotas(asking.TestCase):
    """Quotas."""

    def test_quotas(self) -> None:
        """No limit is no limit; what is used is taken off."""
        self.assertTrue(
            all(quota.left == -1 for quota in self.ask().quotas.values())
        )
        self.mock.get(
            asking.QUOTA,
            json={'quota': {'port': {'limit': 5, 'used': 3, 'reserved': 1}}},
        )
        self.assertEqual(1, self.ask().quotas[QuotaKind.PORTS].left)

    def test_metadata(self) -> None:
        """That of one server: nothing is taken off."""
        limits = copy.deepcopy(base.ANSWERS['limits']['body'])
        limits['limits']['absolute']['maxServerMeta'] = 10
        self.mock.get(f'{base.COMPUTE}/limits', json=limits)

        self.assertEqual(10, self.ask().quotas[QuotaKind.METADATA].left)

    def test_quotas_that_are_not_told(self) -> None:
        """A network service that does not tell its quota stops nothing."""
        self.mock.get(asking.QUOTA, status_code=404, json={})

        facts = self.ask()

        self.assertNotIn('ports', facts.quotas)
        self.assertEqual((), facts.problems)
        (message,) = facts.unknown
        self.assertIn('could not read the quota of ports', message)

    def test_quotas_of_two_clouds(self) -> None:
        """The test guest counts in the cloud in which it runs."""
        far = self.connect('far-', project_id='theirs')
        patch = mock.patch(
            'hvctl.cloud.clouds.name', autospec=True, return_value='far'
        )
        patch.start()
        self.addCleanup(patch.stop)
        url = base.COMPUTE.replace('//', '//far-')
        self.mock.get(
            f'{url}/flavors/f1',
            json={'flavor': {**asking.FLAVOR, 'name': 'test'}},
        )
        absolute = {
            f'maxTotal{what}': 7 for what in ('Instances', 'Cores', 'RAMSize')
        } | {f'total{what}Used': 4 for what in ('Instances', 'Cores', 'RAM')}
        limits = self.mock.get(
            f'{url}/limits', json={'limits': {'absolute': absolute}}
        )
        self.mock.get(
            f'{base.NETWORK}/quotas/theirs/details'.replace('//', '//far-'),
            json={'quota': {'port': {'limit': 5, 'used': 3, 'reserved': 1}}},
        )
        asker = resolver.Resolver(self.conn, far)
        names = Lookup(test_flavor='f1')

        facts = asker.ask(names, 1)

        self.assertEqual((), facts.problems)
        self.assertEqual('far', facts.compute_cloud)
        self.assertEqual(
            {'servers': 3, 'cores': 3, 'memory (MiB)': 3, 'ports': 1},
            {what: quota.left for what, quota in facts.test_quotas.items()},
        )
        self.assertEqual(-1, facts.quotas[QuotaKind.PORTS].left)
        # Without a test nothing is made there.
        asker.ask(Lookup(), 1)
        self.assertEqual(1, limits.call_count)
        self.mock.get(f'{url}/limits', status_code=503, json={})
        facts = asker.ask(names, 1)
        self.assertEqual((), facts.problems)
        (message,) = facts.unknown
        self.assertIn(
            'could not read the quota of servers in compute cloud far', message
        )
