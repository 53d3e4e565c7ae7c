# SPDX-License-Identifier: Apache-2.0
"""Says of what a cloud is too old."""

from __future__ import annotations

from openstack import connection
from openstack import utils as sdk_utils

#: Which release has what is asked of every cloud; ``http`` says what it is.
_SINCE = {
    '2.80': 'Nova of OpenStack Ussuri',
    '2.84': 'Nova of OpenStack Ussuri',
    '2.87': 'Nova of OpenStack Ussuri',
    '2.90': 'Nova of OpenStack Xena',
    '1.38': 'Placement of OpenStack Xena',
    '1.46': 'Ironic of OpenStack Rocky',
}

#: The first of OpenStack 2023.1.
_COMPUTE_IDS = '2.95'


def missing(microversion: str | None) -> str | None:
    """Word the refusal of a microversion; None for one of no known release."""
    since = _SINCE.get(microversion or '')
    if since is None:
        return None
    return (
        f'the cloud is too old: this needs {since} or newer, with API '
        f'{microversion}'
    )


def problems(conn: connection.Connection) -> tuple[str, ...]:
    """Return why hosts of a cloud would not do what they are told."""
    if sdk_utils.supports_microversion(conn.compute, _COMPUTE_IDS):
        return ()
    return (
        'the cloud is too old: this needs Nova of OpenStack 2023.1 or newer, '
        'whose nova-compute takes the compute node id that it is told',
    )
