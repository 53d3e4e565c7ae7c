# SPDX-License-Identifier: Apache-2.0
"""Figures of all hypervisors, beside what the services tell of each."""

from __future__ import annotations

import collections
import typing

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell

FLAVOR = 'm1.tiny'

#: Its fields, and those of the figures, by resource class.
FIELDS = {
    'VCPU': ('vcpus', 'vcpus'),
    'MEMORY_MB': ('ram', 'memory_mb'),
    'DISK_GB': ('disk', 'disk_gb'),
}


class TestStats(base.FunctionalTestCase):
    def shown(self) -> dict[str, typing.Any]:
        """Return the figures."""
        return typing.cast(
            dict[str, typing.Any],
            self.succeed(
                shell.ephemeral('stats', 'show', '--flavor', FLAVOR)
            ).json(),
        )

    def test_figures(self) -> None:
        """What they have, who is on them, and how many more find room."""
        (name,) = hypervisors.enabled(1)
        before = self.shown()
        guests.wait(self.boot(host=name, flavor_name=FLAVOR), 'ACTIVE')

        shown = self.shown()

        listed = self.succeed(shell.ephemeral('list', '--long')).json()
        on_them = [
            guest
            for guest in facts.servers()
            if guests.host(guest['id']) in {each['Host'] for each in listed}
        ]
        self.assertEqual(len(listed), shown['hypervisors'])
        self.assertEqual(
            collections.Counter(each['Phase'] for each in listed),
            shown['phases'],
        )
        self.assertEqual(len(on_them), shown['guests'])
        self.assertEqual(
            collections.Counter(guest['status'] for guest in on_them),
            shown['guest_statuses'],
        )
        for resource, (asked, field) in FIELDS.items():
            self.assertEqual(
                sum(
                    _capacity(each['Compute ID'], resource) for each in listed
                ),
                shown[field],
            )
            self.assertEqual(
                sum(guest['flavor'][asked] for guest in on_them),
                shown[f'{field}_used'],
            )
        self.assertEqual(
            before['free_seats'][FLAVOR] - 1, shown['free_seats'][FLAVOR]
        )

    def test_no_such_flavor(self) -> None:
        """Nothing is counted for a flavor that is not there."""
        self.fail_with(
            shell.ephemeral('stats', 'show', '--flavor', 'nope'), 'nope'
        )


def _capacity(provider_id: str, resource: str) -> int:
    """Return how much Placement may give of a resource."""
    url = f'/resource_providers/{provider_id}/inventories'
    has = facts.get('placement', url)['inventories'][resource]
    return int((has['total'] - has['reserved']) * has['allocation_ratio'])
