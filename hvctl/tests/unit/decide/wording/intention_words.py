# SPDX-License-Identifier: Apache-2.0
"""The words for what is intended with a hypervisor."""

from __future__ import annotations

from hvctl.model.codes import OutcomeCode, StatusCode
from hvctl.model.reasons import Reason

HV = {'name': 'hv1', 'host': 'hv1.a.org'}
#: A code, its facts, its words and its remedy.
ROWS: tuple = (
    (
        OutcomeCode.PROTECTED,
        {
            'name': 'hv1',
            'by': 'alice',
            'until': '2026-12-01T08:00:00+00:00',
            'reason': 'new firmware',
            'unreadable': None,
        },
        'hv1 is protected by alice until 2026-12-01T08:00:00+00:00: new '
        'firmware',
        'to give it up: openstack hypervisor ephemeral unset --protected hv1',
    ),
    (
        OutcomeCode.PROTECTED,
        {
            'name': 'hv1',
            'by': '',
            'until': None,
            'reason': '',
            'unreadable': 'a while',
        },
        "hv1 is protected (hvctl:protected_until of its server, 'a while', is "
        'no moment)',
        'to give it up: openstack hypervisor ephemeral unset --protected hv1',
    ),
    (
        OutcomeCode.NOTED,
        {'noted': ('expires_at a', 'b c')},
        'expires_at a, b c',
        '',
    ),
    (
        OutcomeCode.NO_SERVER,
        {'name': 'hv1', 'status': Reason.of(StatusCode.NOTHING_THERE, **HV)},
        'hv1 has no server in whose metadata that could be written: nothing '
        'of it is there',
        '',
    ),
    (
        OutcomeCode.NOT_WRITABLE,
        {'name': 'hv1', 'server_status': 'BUILD'},
        'Nova takes no metadata for the server of hv1 while that is BUILD',
        'the same command again when it is ACTIVE',
    ),
    (
        OutcomeCode.MOMENT_PAST,
        {'moment': 'a', 'now': 'b'},
        "a has passed: by the cloud's clock it is b",
        '',
    ),
)
