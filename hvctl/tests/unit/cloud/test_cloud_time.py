# SPDX-License-Identifier: Apache-2.0
"""Tests of the time of a cloud."""

from __future__ import annotations

import datetime

import requests

from hvctl.cloud import cloud_time
from hvctl.cloud import http
from hvctl.tests.unit.cloud import base

NOON = datetime.datetime(2015, 10, 21, 12, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


class TestCloudTime(base.TestCase):
    """A client whose clock is years ahead of the cloud's."""

    def answer(self, date: str | None) -> cloud_time.CloudTime:
        """Send a request whose answer has a date, or none."""
        found = cloud_time.CloudTime.of(self.conn)
        self.mock.get(
            f'{base.COMPUTE}/thing',
            json={},
            headers={'Date': date} if date is not None else {},
        )
        http.call(self.conn.compute, http.Request(url='/thing', doing='read'))
        return found

    def test_heard(self) -> None:
        """It goes on from the date of the last answer."""
        found = self.answer('Wed, 21 Oct 2015 12:00:00 GMT')

        first = found.now()

        self.assertLessEqual(NOON, first)
        self.assertLess(first - NOON, MINUTE)
        self.assertLess(first, found.now())

    def test_newest(self) -> None:
        """Each answer sets it anew: the client may have slept."""
        found = self.answer('Wed, 21 Oct 2015 09:00:00 GMT')
        response = requests.Response()
        response.headers['Date'] = 'Wed, 21 Oct 2015 12:00:00 GMT'

        found.hear(response)

        self.assertLess(abs(found.now() - NOON), MINUTE)

    def test_unheard(self) -> None:
        """Where no answer has a date the client's clock must do."""
        for date in (None, 'soon'):
            now = datetime.datetime.now(datetime.UTC)

            found = self.answer(date).now()

            self.assertLess(abs(found - now), MINUTE)
