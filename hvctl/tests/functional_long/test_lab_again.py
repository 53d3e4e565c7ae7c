# SPDX-License-Identifier: Apache-2.0
"""The embedded cloud goes down and comes up again."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import facts
from hvctl.tests.functional import guests
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell


class TestLabAgain(base.FunctionalTestCase):
    def test_hypervisors_outlive_down(self) -> None:
        """What ran before `down` runs after `up`, guests included."""
        (name,) = hypervisors.enabled(1)
        guest = self.boot(host=name)
        guests.wait(guest, 'ACTIVE')
        power = {node['name']: node['power_state'] for node in facts.nodes()}
        self.succeed(shell.start('hvctl-lab', 'down'))
        self.succeed(shell.start('hvctl-lab', 'up'))
        self.assertEqual(
            power,
            {node['name']: node['power_state'] for node in facts.nodes()},
        )
        (server_id,) = facts.ours(name)['servers']
        self.assertTrue(facts.machine_runs(facts.node_of(server_id)['name']))
        # Nova believes for a while in what was reported before.
        reported = updated(name)
        facts.wait(lambda: updated(name) != reported, 'a new report')
        self.assert_enabled(name)
        guests.wait(guest, 'ACTIVE')
        self.assertEqual(name, guests.host(guest))
        guests.act(guest, 'os-stop')
        guests.wait(guest, 'SHUTOFF')


def updated(host: str) -> str | None:
    """Say when a host last told Nova that it is there."""
    service = facts.service(host)
    return None if service is None else str(service['updated_at'])
