# SPDX-License-Identifier: Apache-2.0
"""Tests of when a request is sent again, and of how long one may take."""

from __future__ import annotations

import datetime
import unittest
from unittest import mock

import requests

from hvctl import exceptions
from hvctl.cloud import clouds
from hvctl.cloud import http
from hvctl.tests.unit.cloud import base


class TestRetryAfter(unittest.TestCase):
    """How long an answer asks to wait."""

    def test_forms(self) -> None:
        """Seconds, or a date by the service's own clock."""
        noon = 'Wed, 21 Oct 2015 12:00:00 GMT'
        for wanted, now, expected in (
            ('', noon, None),
            ('0', '', 0),
            (' 30 ', '', 30),
            ('-3', noon, None),
            ('1.5', noon, None),
            ('9' * 400, noon, None),
            ('soon', noon, None),
            (f'Wed, 21 Oct {"9" * 30} 12:00:00 GMT', noon, None),
            ('Wed, 21 Oct 2015 12:01:30 GMT', noon, 90),
            ('Wednesday, 21-Oct-15 12:01:30 GMT', noon, 90),
            ('Wed Oct 21 12:01:30 2015', noon, 90),
            ('Wed, 21 Oct 2015 11:00:00 GMT', noon, 0),
            ('Wed, 99 Oct 2015 11:00:00 GMT', noon, None),
            ('Wed, 21 Oct 2015 12:01:30 GMT', '', None),
        ):
            with self.subTest(wanted=wanted, now=now):
                headers = {'Retry-After': wanted, 'Date': now}

                self.assertEqual(expected, http.retry_after(headers))

    def test_none(self) -> None:
        """Most answers ask for nothing."""
        self.assertIsNone(http.retry_after({}))

    def test_date(self) -> None:
        """A date has a zone, also in the form that does not name it."""
        noon = datetime.datetime(2015, 10, 21, 12, tzinfo=datetime.UTC)

        for value in (
            'Wed, 21 Oct 2015 12:00:00 GMT',
            'Wed Oct 21 12:00:00 2015',
        ):
            self.assertEqual(noon, http.date(value))


class TestAgain(base.TestCase):
    """What is sent again without a decision of ours."""

    def setUp(self) -> None:
        super().setUp()
        patch = mock.patch('time.sleep', autospec=True)
        self.sleep = patch.start()
        self.addCleanup(patch.stop)

    def test_reads(self) -> None:
        """A read that comes too early waits as long as it is asked to."""
        self.mock.get(
            f'{base.COMPUTE}/thing',
            [
                {'status_code': 429, 'headers': {'Retry-After': '7'}},
                {'status_code': 200, 'json': {}},
            ],
        )

        http.call(self.conn.compute, http.Request(url='/thing', doing='read'))

        self.sleep.assert_called_once_with(7)

    def test_reads_until(self) -> None:
        """It may be asked to come again at a time, or be told nothing."""
        noon = 'Wed, 21 Oct 2015 12:00:00 GMT'
        for headers, seconds in (
            (
                {'Retry-After': 'Wed, 21 Oct 2015 12:00:09 GMT', 'Date': noon},
                9,
            ),
            ({'Retry-After': '-5'}, 0.5),
            ({'Retry-After': '9' * 30}, 0.5),
            ({}, 0.5),
        ):
            with self.subTest(headers=headers):
                self.sleep.reset_mock()
                self.mock.get(
                    f'{base.COMPUTE}/thing',
                    [
                        {'status_code': 429, 'headers': headers},
                        {'status_code': 200, 'json': {}},
                    ],
                )

                http.call(
                    self.conn.compute, http.Request(url='/thing', doing='read')
                )

                self.sleep.assert_called_once_with(seconds)

    def test_long_wish(self) -> None:
        """Nobody waits for hours without being told; the loop's pause does."""
        self.mock.get(
            f'{base.COMPUTE}/thing',
            status_code=429,
            headers={'Retry-After': '86400'},
        )

        with self.assertRaises(exceptions.CloudError) as caught:
            http.call(
                self.conn.compute, http.Request(url='/thing', doing='read')
            )

        self.sleep.assert_not_called()
        self.assertTrue(caught.exception.transient)
        self.assertEqual(86400, caught.exception.retry_after)

    def test_reads_too_often(self) -> None:
        """It gives up after some times, and says when to come again."""
        self.mock.get(
            f'{base.COMPUTE}/thing',
            status_code=429,
            headers={'Retry-After': '7'},
        )

        with self.assertRaises(exceptions.CloudError) as caught:
            http.call(
                self.conn.compute, http.Request(url='/thing', doing='read')
            )

        self.assertEqual(
            (429, True, 7),
            (
                caught.exception.status,
                caught.exception.transient,
                caught.exception.retry_after,
            ),
        )

    def test_changes(self) -> None:
        """No change is, whatever the cloud is configured for."""
        self.conn.compute.connect_retries = 3
        self.conn.compute.status_code_retries = 3
        for failure in (
            {'status_code': 429},
            {'status_code': 503},
            {'exc': requests.Timeout('slow')},
        ):
            with self.subTest(failure=failure):
                self.mock.reset_mock()
                self.mock.post(f'{base.COMPUTE}/thing', **failure)

                with self.assertRaises(exceptions.CloudError) as caught:
                    http.call(
                        self.conn.compute,
                        http.Request(method='POST', url='/thing', doing='do'),
                    )

                self.assertTrue(caught.exception.transient)
                self.assertEqual(
                    1, len(self.sent('POST', f'{base.COMPUTE}/thing'))
                )


class TestSilence(base.TestCase):
    """How long an answer is waited for."""

    def ask(self) -> object:
        self.mock.get(f'{base.COMPUTE}/thing', json={})
        pair = clouds.pair(self.conn, self.conn, None)
        http.call(
            pair.compute.compute, http.Request(url='/thing', doing='read')
        )
        return {
            sent.timeout
            for sent in self.mock.request_history
            if 'identity' not in sent.url
        }

    def test_silence(self) -> None:
        """No request waits for ever, those for the versions included."""
        self.assertEqual({clouds.SILENCE}, self.ask())

    def test_longer_than_nova(self) -> None:
        """Nova itself waits a minute for a cell or a nova-compute."""
        self.assertGreater(clouds.SILENCE, 60)

    def test_wish_of_the_user(self) -> None:
        """The api_timeout of clouds.yaml counts more."""
        self.conn.session.timeout = 300.0

        self.assertEqual({300.0}, self.ask())
