# SPDX-License-Identifier: Apache-2.0
"""A host, and the time for which it gets certificates."""

from __future__ import annotations

import datetime

from hvctl.model.credentials import Holder, Validity

NOW = datetime.datetime(2026, 11, 27, 8, 30, 0, 250, tzinfo=datetime.UTC)
ENDS = datetime.datetime(2026, 12, 4, 16, 30, tzinfo=datetime.UTC)
VALIDITY = Validity(now=NOW, ends=ENDS)
HOLDER = Holder(
    names=('hv1', 'hv1.example.org'),
    addresses=('10.0.0.21', '2001:db8::21'),
    sources=('10.0.0.21', '10.3.0.21', '2001:db8::21'),
)
