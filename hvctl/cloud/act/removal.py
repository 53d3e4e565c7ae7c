# SPDX-License-Identifier: Apache-2.0
"""Removes what may be gone already."""

from __future__ import annotations

import dataclasses

from hvctl.cloud import http
from hvctl.model.results import Done


def remove(client: http.Service, request: http.Request) -> Done:
    """Send a request that removes something.

    :returns: unchanged when it was gone already
    :raises CloudError: when it failed
    """
    accepting = dataclasses.replace(
        request, accept=request.accept | http.NOT_FOUND
    )
    response = http.call(client, accepting)
    return Done(changed=response.status_code != 404)
