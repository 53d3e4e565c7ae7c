# SPDX-License-Identifier: Apache-2.0
"""Tests of what records tell of themselves."""

from __future__ import annotations

import unittest

from hvctl.model.records import Aggregate


class TestAggregate(unittest.TestCase):
    """Whose guests the metadata of an aggregate may keep out."""

    def test_may_refuse(self) -> None:
        """A zone lets everybody in, and a list of projects those in it."""
        for metadata, refused in (
            ({}, False),
            ({'availability_zone': 'az1'}, False),
            ({'trait:CUSTOM_GPU': 'required'}, True),
            ({'filter_tenant_id': 'theirs'}, True),
            ({'filter_tenant_id': 'ours'}, False),
            ({'filter_tenant_id_2': 'theirs, ours'}, False),
            ({'filter_tenant_id': 'ours', 'ssd': 'true'}, True),
        ):
            with self.subTest(metadata=metadata):
                aggregate = Aggregate(id=1, name='a', metadata=metadata)

                self.assertEqual(refused, aggregate.may_refuse('ours'))
