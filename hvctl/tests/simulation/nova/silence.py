# SPDX-License-Identifier: Apache-2.0
"""What Nova's API answers while the cell does not answer it."""

from __future__ import annotations

from hvctl.tests.simulation import records
from hvctl.tests.simulation import service
from hvctl.tests.simulation import world


def insist(of: world.World) -> None:
    """Insist that the cell answers.

    :raises Refusal: what Nova makes of an error that it does not expect
    """
    if of.is_silent:
        raise service.Refusal(
            500,
            'Unexpected API Error. Please report this at '
            'http://bugs.launchpad.net/nova/ and attach the Nova API log if '
            "possible.\n<class 'oslo_db.exception.DBConnectionError'>",
        )


def hides(of: world.World, server: records.Server) -> bool:
    """Return whether a server is in a cell that does not answer.

    What has no host is in the database of the API, or in cell0.
    """
    return of.is_silent and server.host is not None
