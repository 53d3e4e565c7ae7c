# SPDX-License-Identifier: Apache-2.0
"""Names the networks, images, flavors and the like of a new cloud."""

from __future__ import annotations

TENANT_NETWORK = 'tenant-vxlan'
VLAN_NETWORK = 'tenant-vlan'

BARE_METAL_IMAGE = 'debian-12-baremetal'
GUEST_IMAGE = 'guest'

BARE_METAL_FLAVOR = 'my-baremetal-flavor'
#: The flavor of the guests of health tests.
TEST_FLAVOR = 'hvctl-test'

KEYPAIR = 'default'

#: The aggregate that hypervisors can join; it is also an availability zone.
AGGREGATE = 'ephemeral'
