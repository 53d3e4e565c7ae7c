# SPDX-License-Identifier: Apache-2.0
"""Tells the time of a cloud, by the dates of its answers.

What is written into the cloud, or compared with what its services wrote, goes
by their clock: that of the client's machine may be wrong by hours.
"""

from __future__ import annotations

import datetime
import time
import typing

from openstack import connection
import requests

from hvctl.cloud import http


class CloudTime:
    """The clock of one cloud."""

    def __init__(self) -> None:
        self._heard: tuple[datetime.datetime, float] | None = None

    @classmethod
    def of(cls, conn: connection.Connection) -> CloudTime:
        """Listen to all answers that a connection gets from now on."""
        found = cls()
        conn.session.session.hooks['response'].append(found.hear)
        return found

    def hear(self, response: requests.Response, **_: typing.Any) -> None:
        """Learn the time from an answer (RFC 9110, section 6.6.1)."""
        date = http.date(response.headers.get('Date', ''))
        if date is not None:
            self._heard = date, time.monotonic()

    def now(self) -> datetime.datetime:
        """Return the cloud's time; this machine's before it told any."""
        if self._heard is None:
            return datetime.datetime.now(datetime.UTC)
        date, at = self._heard
        return date + datetime.timedelta(seconds=time.monotonic() - at)
