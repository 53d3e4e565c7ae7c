# SPDX-License-Identifier: Apache-2.0
"""Tests of the provider configuration file."""

from __future__ import annotations

import unittest

import yaml

from hvctl.tests.unit.userdata import base


class TestProvider(unittest.TestCase):
    """The provider configuration file."""

    def test_content(self) -> None:
        """Marked, with the profile's traits and a place for a test."""
        text = base.files(base.a_profile(traits=('CUSTOM_FAST', 'CUSTOM_A')))[
            '/etc/nova/provider_config/hvctl.yaml'
        ]

        (provider,) = yaml.safe_load(text)['providers']
        self.assertEqual({'uuid': '$COMPUTE_NODE'}, provider['identification'])
        self.assertEqual(
            {
                'additional': [
                    'CUSTOM_HVCTL_EPHEMERAL',
                    'CUSTOM_FAST',
                    'CUSTOM_A',
                ]
            },
            provider['traits'],
        )
        (inventory,) = provider['inventories']['additional']
        self.assertEqual(8, inventory['CUSTOM_HVCTL_TEST']['total'])
