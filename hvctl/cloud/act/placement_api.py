# SPDX-License-Identifier: Apache-2.0
"""Builds the requests with which Placement is changed."""

from __future__ import annotations

from collections.abc import Mapping

from hvctl.cloud import http

#: Somebody else has made or changed it; for ``accept``.
CONFLICT = frozenset({409})


def request(
    method: str,
    url: str,
    doing: str,
    *,
    params: Mapping[str, object] | None = None,
    json: object | None = None,
    accept: frozenset[int] = frozenset(),
) -> http.Request:
    """Build a request.

    :param doing: see :class:`hvctl.cloud.http.Request`, also for the rest
    """
    return http.Request(
        method=method,
        url=url,
        doing=doing,
        microversion=http.PLACEMENT,
        params=params,
        json=json,
        accept=accept,
    )
