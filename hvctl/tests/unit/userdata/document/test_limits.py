# SPDX-License-Identifier: Apache-2.0
"""Tests of what Nova takes as user-data."""

from __future__ import annotations

import base64
import unittest

from hvctl import exceptions
from hvctl.userdata.document import limits


class TestEncode(unittest.TestCase):
    """Encoding."""

    def test_round_trip(self) -> None:
        """Any bytes come out as they went in."""
        data = bytes(range(256))

        encoded = limits.encode(data, 'x')

        self.assertEqual(data, base64.b64decode(encoded, validate=True))

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
