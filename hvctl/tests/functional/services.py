# SPDX-License-Identifier: Apache-2.0
"""Opens and closes compute services by plain requests."""

from __future__ import annotations

from hvctl.tests.functional import facts


def enable(host: str) -> None:
    """Let a host take guests."""
    _set(host, 'enabled')


def disable(host: str) -> None:
    """Let a host take no more guests."""
    _set(host, 'disabled')


def _set(host: str, status: str) -> None:
    service = facts.service(host)
    assert service is not None, host
    facts.connection().compute.put(
        f'/os-services/{service["id"]}',
        json={'status': status},
        microversion='2.53',
    ).raise_for_status()
