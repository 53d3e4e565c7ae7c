# SPDX-License-Identifier: Apache-2.0
"""Names the networks, images, flavors and the like of a new cloud."""

from __future__ import annotations

TENANT_NETWORK = 'tenant-vxlan'
VLAN_NETWORK = 'tenant-vlan'

BARE_METAL_IMAGE = 'debian-12-baremetal'
GUEST_IMAGE = 'guest'
#: For hypervisors whose guests are real, and those guests.
REAL_BARE_METAL_IMAGE = 'real-baremetal'
REAL_GUEST_IMAGE = 'real-guest'

BARE_METAL_FLAVOR = 'my-baremetal-flavor'
#: The flavor of the guests of health tests.
TEST_FLAVOR = 'hvctl-test'
#: Guests that really run: small, as QEMU emulates their processor.
REAL_GUEST_FLAVOR = 'm1.micro'

KEYPAIR = 'default'

#: The aggregate that hypervisors can join; it is also an availability zone.
AGGREGATE = 'ephemeral'
