# SPDX-License-Identifier: Apache-2.0
"""Removes what may be gone already, and only what is as a look has seen it.

Between the look and the request somebody else may have taken it, or it may
have come to life again.  So each removal is a request that the service itself
refuses then, or the thing is read just before.
"""

from __future__ import annotations

import dataclasses

from hvctl import exceptions
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


def unproven(doing: str, why: str) -> exceptions.CloudError:
    """Build the error for what is not as a look has seen it.

    It is a conflict: the next look tells what has become of it.

    :param doing: see :class:`hvctl.cloud.http.Request`
    :param why: what was found instead
    """
    return exceptions.CloudError(
        f'could not {doing}: {why}', status=409, transient=True
    )
