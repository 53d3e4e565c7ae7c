# SPDX-License-Identifier: Apache-2.0
"""What is called what in a new cloud."""

from __future__ import annotations

TENANT_NETWORK = 'tenant-vxlan'
VLAN_NETWORK = 'tenant-vlan'

BARE_METAL_IMAGE = 'debian-12-baremetal'
GUEST_IMAGE = 'guest'

BARE_METAL_FLAVOR = 'my-baremetal-flavor'
#: By its name the guests find it that try a hypervisor out.
TEST_FLAVOR = 'hvctl-test'

KEYPAIR = 'default'

#: The aggregate that hypervisors can join; it is a zone, too.
AGGREGATE = 'ephemeral'
