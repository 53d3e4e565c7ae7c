# SPDX-License-Identifier: Apache-2.0
"""The commands that are named as the next ones to type."""

from __future__ import annotations

COMMAND = 'openstack hypervisor ephemeral'

CREATE = f'{COMMAND} create {{name}} ...'
DELETE = f'{COMMAND} delete {{name}}'
DRAIN = f'{COMMAND} drain {{name}}'
SHOW = f'{COMMAND} show {{name}}'
UNPROTECT = f'{COMMAND} unset --protected {{name}}'
UNDO = f'{COMMAND} drain --undo {{name}}'

REMOVE_FIRST = f'remove it first: {DELETE}'
