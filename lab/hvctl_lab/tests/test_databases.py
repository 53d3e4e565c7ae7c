# SPDX-License-Identifier: Apache-2.0
"""Tests of which databases a lab may go on with."""

from __future__ import annotations

from unittest import mock

from hvctl_lab import databases
from hvctl_lab import errors
from hvctl_lab.services import mariadb
from hvctl_lab.tests import base


class TestCheck(base.LabTestCase):
    """Databases serve the versions that have made them, and no others."""

    def setUp(self) -> None:
        """Have a template, and choose its version."""
        super().setUp()
        self.template = self.lab.cache / 'databases-1'
        self.template.mkdir(parents=True)
        patcher = mock.patch(
            'hvctl_lab.databases.template',
            autospec=True,
            side_effect=lambda _: self.template,
        )
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_none(self):
        """A lab without databases has nothing to compare."""
        databases.check(self.lab)

    def test_same(self):
        """What these versions have made is gone on with."""
        databases.make(self.lab)

        databases.check(self.lab)

    def test_other(self):
        """What others have made is refused with the way out."""
        databases.make(self.lab)
        self.template = self.lab.cache / 'databases-2'

        with self.assertRaisesRegex(
            errors.LabError, f'{self.lab.directory} .*; run: hvctl-lab destroy'
        ):
            databases.check(self.lab)

    def test_unknown(self):
        """What nobody knows the makers of is refused as well."""
        mariadb.data(self.lab).mkdir(parents=True)

        self.assertRaises(errors.LabError, databases.check, self.lab)
