# SPDX-License-Identifier: Apache-2.0
"""Tests of what the metadata tells of what is intended."""

from __future__ import annotations

import datetime
import unittest

from hypothesis import given
from hypothesis import strategies

from hvctl.model import identity
from hvctl.model import intentions
from hvctl.model import moments
from hvctl.model.intentions import Protection
from hvctl.tests.fixtures import clocks

NOW = clocks.START
LATER = NOW + datetime.timedelta(days=2)
UNTIL = identity.PROTECTED_KEY


class TestProtection(unittest.TestCase):
    """Whether a hypervisor is protected."""

    def test_table(self) -> None:
        """What is not readable protects; what has ended does not."""
        for said, expected in (
            (None, None),
            ('never', Protection()),
            (LATER.isoformat(), Protection(until=LATER)),
            (f'{LATER:%Y-%m-%dT%H:%M:%S}', Protection(until=LATER)),
            (NOW.isoformat(), None),
            ('2001-01-01', None),
            ('tomorrow', Protection(unreadable='tomorrow')),
            ('', Protection(unreadable='')),
            ('two\nlines', Protection(unreadable='two lines')),
        ):
            with self.subTest(said=said):
                metadata = {} if said is None else {UNTIL: said}

                self.assertEqual(
                    expected, intentions.protection(metadata, NOW)
                )

    def test_by_and_reason(self) -> None:
        """They are told in one line, and protect nothing by themselves."""
        said = {
            identity.PROTECTED_BY_KEY: 'alice',
            identity.PROTECTED_REASON_KEY: 'new\nfirmware.',
        }

        self.assertIsNone(intentions.protection(said, NOW))
        self.assertEqual(
            Protection(by='alice', reason='new firmware'),
            intentions.protection({**said, UNTIL: 'never'}, NOW),
        )

    @given(
        said=strategies.text(max_size=30),
        now=strategies.datetimes(timezones=strategies.just(datetime.UTC)),
    )
    def test_any_text(self, said: str, now: datetime.datetime) -> None:
        """Whatever is written protects, unless it is a moment that passed."""
        until = moments.read(said)

        found = intentions.protection({UNTIL: said}, now)

        self.assertEqual(until is None or until > now, found is not None)


class TestExpiry(unittest.TestCase):
    """What is said of an expiry that is none."""

    def test_table(self) -> None:
        """Only what is there and no moment is told."""
        for said, expected in (
            (None, None),
            ('2026-12-01T08:00', None),
            ('some day', 'some day'),
            ('', ''),
        ):
            with self.subTest(said=said):
                metadata = {} if said is None else {identity.EXPIRES_KEY: said}

                self.assertEqual(
                    expected, intentions.unreadable_expiry(metadata)
                )


class TestMoments(unittest.TestCase):
    """Moments, as they are written."""

    @given(
        strategies.datetimes(timezones=strategies.just(datetime.UTC)),
    )
    def test_written_and_read(self, moment: datetime.datetime) -> None:
        """What is written is read again, to the second."""
        self.assertEqual(
            moment.replace(microsecond=0),
            moments.read(moments.written(moment)),
        )
