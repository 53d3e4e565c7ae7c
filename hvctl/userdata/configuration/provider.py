# SPDX-License-Identifier: Apache-2.0
"""What marks the host in Placement, by nova-compute's own means."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from hvctl.model import identity

PATH = '/etc/nova/provider_config/hvctl.yaml'

#: Every ephemeral hypervisor has it.

#: How many test guests a host takes at once.
_TEST_GUESTS = 8


def render(traits: Iterable[str]) -> str:
    """Write the provider configuration file.

    :param traits: the profile's own
    """
    return yaml.safe_dump(
        {
            'meta': {'schema_version': '1.0'},
            'providers': [
                {
                    'identification': {'uuid': '$COMPUTE_NODE'},
                    'inventories': {
                        'additional': [
                            {
                                # Only the guest of the health test asks
                                # for it: it gets in while the hold keeps
                                # everybody else out.  The guests of
                                # other hosts visit an open one.
                                identity.TEST_RESOURCE_CLASS: {
                                    'total': _TEST_GUESTS,
                                    'reserved': 0,
                                    'min_unit': 1,
                                    'max_unit': 1,
                                    'step_size': 1,
                                    'allocation_ratio': 1.0,
                                }
                            }
                        ]
                    },
                    'traits': {
                        'additional': list(
                            dict.fromkeys((identity.TRAIT, *traits))
                        )
                    },
                }
            ],
        },
        sort_keys=False,
    )
