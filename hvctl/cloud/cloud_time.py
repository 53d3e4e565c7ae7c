# SPDX-License-Identifier: Apache-2.0
"""Tells the time of a cloud, by the dates of its answers.

What is written into the cloud, or compared with what its services wrote, goes
by their clock: that of the client's machine may be wrong by hours.  The times
that hvctl compares are all written by Nova, so its answers count before those
of other services, whose clocks may differ.
"""

from __future__ import annotations

from collections.abc import Callable
import datetime
import time
import typing

from openstack import connection
import requests

from hvctl.cloud import http

#: What a clock says that is later is nonsense; it could not be added to.
_LAST_YEAR = 9000


class CloudTime:
    """The clock of one cloud.

    :param nova: what the URLs of its Nova begin with; '' counts all alike
    :param monotonic: tells what has passed since an answer
    """

    def __init__(
        self, nova: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._nova = nova
        self._monotonic = monotonic
        self._nova_told = False
        self._heard: tuple[datetime.datetime, float] | None = None

    @classmethod
    def of(
        cls,
        conn: connection.Connection,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> CloudTime:
        """Listen to all answers that a connection gets from now on."""
        found = cls(conn.compute.get_endpoint() or '', monotonic)
        conn.session.session.hooks['response'].append(found.hear)
        return found

    def hear(self, response: requests.Response, **_: typing.Any) -> None:
        """Learn the time from an answer (RFC 9110, section 6.6.1)."""
        date = http.date(response.headers.get('Date', ''))
        if date is None or date.year > _LAST_YEAR:
            return
        # A proxy answers itself where it has nobody to pass a request on to.
        if response.status_code >= 500:
            return
        is_novas = response.url.startswith(self._nova)
        if is_novas or not self._nova_told:
            self._heard = date, self._monotonic()
            self._nova_told = is_novas

    @property
    def told(self) -> bool:
        """Whether the cloud has told its time."""
        return self._heard is not None

    def now(self) -> datetime.datetime:
        """Return the cloud's time; this machine's before it told any."""
        if self._heard is None:
            return datetime.datetime.now(datetime.UTC)
        date, at = self._heard
        return date + datetime.timedelta(seconds=self._monotonic() - at)
