# SPDX-License-Identifier: Apache-2.0
"""Tests of how a service's disabled_reason is read."""

from __future__ import annotations

import unittest

from hvctl.model import disabled_reason
from hvctl.model import identity
from hvctl.model.disabled_reason import DisabledBy
from hvctl.model.disabled_reason import DisabledReason


class TestParse(unittest.TestCase):
    """Who has disabled a service."""

    def test_table(self):
        """Ours begin with a mark; a drain's has a number."""
        for text, by, after, ours in (
            (None, DisabledBy.NOTHING, None, False),
            ('', DisabledBy.NOTHING, None, False),
            (
                disabled_reason.NOVA_DISABLED_NEW,
                DisabledBy.NOVA,
                None,
                False,
            ),
            (identity.REASON_CREATE, DisabledBy.CREATE, None, True),
            (identity.REASON_DELETE, DisabledBy.HVCTL, None, True),
            (identity.REASON_DRAIN, DisabledBy.DRAIN, None, True),
            (disabled_reason.of_drain(17), DisabledBy.DRAIN, 17, True),
            ('broken disk, joe', DisabledBy.OTHERS, None, False),
            ('not hvctl: drain', DisabledBy.OTHERS, None, False),
        ):
            with self.subTest(text=text):
                found = disabled_reason.parse(text)

                self.assertEqual(DisabledReason(by, after), found)
                self.assertEqual(ours, found.is_ours)
