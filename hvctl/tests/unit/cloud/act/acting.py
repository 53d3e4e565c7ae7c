# SPDX-License-Identifier: Apache-2.0
"""What the tests of the steps' requests have in common."""

from __future__ import annotations

from hvctl import exceptions
from hvctl.cloud import clients
from hvctl.model import identity
from hvctl.model.results import Done
from hvctl.model.steps import Step
from hvctl.tests.fixtures import builders
from hvctl.tests.unit.cloud import base


def a_server(**changes: object) -> dict[str, object]:
    """A server of ours called hv1, as Nova answers."""
    return {
        'id': 's',
        'name': 'hv1',
        'status': 'ACTIVE',
        'tenant_id': builders.OURS,
        'metadata': {identity.MARK_KEY: identity.MARK},
        **changes,
    }


class TestCase(base.TestCase):
    """Acts on a cloud that is not there."""

    def setUp(self) -> None:
        super().setUp()
        self.client = clients.Client.connect(self.conn)

    def act(self, step: Step) -> Done:
        """Run one step."""
        return self.client.act(step)

    def assert_fails(
        self, step: Step, *, transient: bool, words: str = ''
    ) -> None:
        """Insist on a failure, and on whether it is worth another look."""
        with self.assertRaisesRegex(exceptions.CloudError, words) as caught:
            self.act(step)
        self.assertEqual(transient, caught.exception.transient)
