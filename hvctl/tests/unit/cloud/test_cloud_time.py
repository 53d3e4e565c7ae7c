# SPDX-License-Identifier: Apache-2.0
"""Tests of the time of a cloud."""

from __future__ import annotations

import contextlib
import datetime

from hvctl import exceptions
from hvctl.cloud import cloud_time
from hvctl.cloud import http
from hvctl.tests.unit.cloud import base

NOON = datetime.datetime(2015, 10, 21, 12, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


class TestCloudTime(base.TestCase):
    """A client whose clock is years ahead of the cloud's."""

    def setUp(self) -> None:
        super().setUp()
        self.time = cloud_time.CloudTime.of(self.conn)

    def answer(
        self, date: str | None, at: str = base.COMPUTE, status: int = 200
    ) -> None:
        """Send a request whose answer has a date, or none."""
        self.mock.get(
            f'{at}/thing',
            json={},
            status_code=status,
            headers={'Date': date} if date is not None else {},
        )
        client: http.Service = self.conn.compute
        if at == base.NETWORK:
            client = self.conn.network
        with contextlib.suppress(exceptions.CloudError):
            http.call(client, http.Request(url='/thing', doing='read'))

    def assert_noon(self) -> None:
        self.assertLess(abs(self.time.now() - NOON), MINUTE)

    def test_heard(self) -> None:
        """It goes on from the date of the last answer."""
        self.answer('Wed, 21 Oct 2015 12:00:00 GMT')

        first = self.time.now()

        self.assertLessEqual(NOON, first)
        self.assertLess(first - NOON, MINUTE)
        self.assertLess(first, self.time.now())

    def test_goes_on_by_the_given_clock(self) -> None:
        """What has passed since then is for the given clock to say."""
        seconds = 100.0
        self.time = cloud_time.CloudTime.of(self.conn, lambda: seconds)
        self.answer('Wed, 21 Oct 2015 12:00:00 GMT')

        self.assertEqual(NOON, self.time.now())

        seconds += 60
        self.assertEqual(NOON + MINUTE, self.time.now())

    def test_newest(self) -> None:
        """Each answer sets it anew: the client may have slept."""
        self.answer('Wed, 21 Oct 2015 09:00:00 GMT')
        self.answer('Wed, 21 Oct 2015 12:00:00 GMT')

        self.assert_noon()

    def test_zones(self) -> None:
        """A date that is not in UTC, as it should be, says so."""
        for date in (
            'Wed, 21 Oct 2015 14:00:00 +0200',
            'Wednesday, 21-Oct-15 12:00:00 GMT',
            'Wed Oct 21 12:00:00 2015',
        ):
            with self.subTest(date=date):
                self.answer(date)

                self.assert_noon()

    def test_other_services(self) -> None:
        """Nova writes the times of servers, so its clock counts."""
        self.answer('Wed, 21 Oct 2015 12:00:00 GMT')

        self.answer('Wed, 21 Oct 2015 21:00:00 GMT', at=base.NETWORK)

        self.assert_noon()

    def test_nova_tells_nothing(self) -> None:
        """Then the clock of another service is better than the client's."""
        self.answer('Wed, 21 Oct 2015 12:00:00 GMT', at=base.NETWORK)

        self.answer(None)

        self.assert_noon()

    def test_proxy(self) -> None:
        """What has no service behind it tells its own time."""
        self.answer('Wed, 21 Oct 2015 12:00:00 GMT')

        self.answer('Thu, 01 Jan 1970 00:00:09 GMT', status=503)

        self.assert_noon()

    def test_unheard(self) -> None:
        """Where no answer has a date the client's clock must do."""
        for date in (None, 'soon', '', 'Fri, 31 Dec 9999 23:59:59 GMT'):
            with self.subTest(date=date):
                now = datetime.datetime.now(datetime.UTC)

                self.answer(date)

                self.assertLess(abs(self.time.now() - now), MINUTE)
