# SPDX-License-Identifier: Apache-2.0
"""Tests of what Nova takes as user-data."""

from __future__ import annotations

import base64
import gzip
import unittest

from hvctl import exceptions
from hvctl.userdata.document import limits


class TestEncode(unittest.TestCase):
    """Encoding."""

    def test_round_trip(self) -> None:
        """Any bytes come out as they went in."""
        for data in (bytes(range(1, 256)), gzip.compress(b'#!/bin/sh\n')):
            with self.subTest(data=data):
                encoded = limits.encode(data, 'x')

                self.assertEqual(
                    data, base64.b64decode(encoded, validate=True)
                )

    def test_no_text(self) -> None:
        """What a machine could make nothing of is refused, and why."""
        for data, words in (
            (b'', 'my file is empty'),
            (b' \n', 'my file is empty'),
            (gzip.compress(b'\n'), 'my file is empty'),
            (b'#cloud-config\na: \0\n', 'my file has a NUL byte in line 2'),
            (gzip.compress(b'\0'), 'my file has a NUL byte in line 1'),
            (b'\x1f\x8b\x08', 'my file begins as .* cannot be unpacked'),
        ):
            with (
                self.subTest(data=data),
                self.assertRaisesRegex(exceptions.InvalidRequest, f'^{words}'),
            ):
                limits.encode(data, 'my file')

    def test_largest(self) -> None:
        """The largest that the message names fits, one byte more does not."""
        most = limits.MAXIMUM // 4 * 3

        self.assertLessEqual(
            len(limits.encode(b'x' * most, 'x')), limits.MAXIMUM
        )
        with self.assertRaisesRegex(
            exceptions.InvalidRequest,
            rf'^my file is too large for Nova: {most + 1} bytes are '
            rf'65536 characters in base64, and 65535 \({most} bytes\)',
        ):
            limits.encode(b'x' * (most + 1), 'my file')
