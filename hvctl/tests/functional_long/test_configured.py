# SPDX-License-Identifier: Apache-2.0
"""Quotas that are counted in Placement, and Ironic without patience."""

from __future__ import annotations

from hvctl.tests.functional import base
from hvctl.tests.functional import faults
from hvctl.tests.functional import hypervisors
from hvctl.tests.functional import shell
from hvctl_lab.services import nova


class TestConfigured(base.FunctionalTestCase):
    """Clouds that are set up in another way than this one."""

    def test_counted_in_placement(self) -> None:
        """Quotas are counted in Placement, and lists come in short pages."""
        name = hypervisors.name('counted')
        hypervisors.make_room(1)
        self.addCleanup(hypervisors.delete, name)
        with faults.configured(
            nova.API,
            'nova/nova.conf',
            {
                'quota': {
                    'driver': 'nova.quota.DbQuotaDriver',
                    'count_usage_from_placement': 'True',
                    # A hold would use it up at once.
                    'ram': '600000',
                    'cores': '1000',
                    'instances': '100',
                },
                'api': {'max_limit': '3'},
            },
        ):
            self.succeed(shell.ephemeral('create', name, *shell.recipe()))
            listed = self.succeed(shell.ephemeral('list'))
            self.succeed(shell.ephemeral('delete', name))
        self.assertEqual('enabled', self.rows(listed)[name]['Phase'])
        self.assert_nothing_left(name)

    def test_tear_down_too_long(self) -> None:
        """A tear-down that outlasts Nova's patience is waited for."""
        (name,) = hypervisors.enabled(1)
        with faults.configured(
            nova.COMPUTE,
            f'{nova.COMPUTE}/nova.conf',
            {'ironic': {'api_max_retries': '0'}},
        ):
            self.succeed(shell.ephemeral('delete', name))
        hypervisors.forget(name)
        self.assert_nothing_left(name)
