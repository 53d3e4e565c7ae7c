# SPDX-License-Identifier: Apache-2.0
"""The user-data of every kind and family."""

from __future__ import annotations

import itertools

from hvctl.model.profile import Family
from hvctl.model.transport import Transport
from hvctl.tests.unit.userdata import base
from hvctl.tests.unit.userdata.migration import reaching
from hvctl.userdata.document import multipart


def documents() -> list[multipart.Document]:
    """Render each, with and without keys of the host's own."""
    families = zip((None, *Family), (None, 'example.org', None), strict=True)
    return [
        base.render(
            base.a_profile(
                networking=wiring,
                family=family,
                domain=domain,
                subnetworks=(base.STORAGE,),
                migration=migration,
            ),
            credentials=reaching.CREDENTIALS,
        )
        for (family, domain), migration, wiring in itertools.product(
            families, (Transport(), reaching.ISSUING), base.KINDS.values()
        )
    ]
