# SPDX-License-Identifier: Apache-2.0
"""Tests of what a create says that it would do."""

from __future__ import annotations

import unittest

from hvctl.model import steps
from hvctl.model.steps import (
    DeleteAgent,
    DeleteProvider,
    DeleteService,
    FindNodes,
    GuestStep,
    Step,
)
from hvctl.osc.create import dry_run

#: What only delete does, beside the steps of a drain.
DELETING = {
    DeleteProvider,
    DeleteService,
    FindNodes,
    DeleteAgent,
}


class TestStepWords(unittest.TestCase):
    """What is said of the first steps."""

    def test_all(self):
        """Every step that a create can begin with has words."""
        kinds = {
            kind
            for kind in vars(steps).values()
            if isinstance(kind, type)
            and issubclass(kind, Step)
            and not issubclass(kind, GuestStep)
        }

        self.assertEqual(kinds - {Step} - DELETING, dry_run.STEP_WORDS.keys())
