#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Give the metal of one hypervisor back: its guests move to the others, with
# another virtual function each.

set -euo pipefail

name=${1:-supercloud05}

openstack hypervisor ephemeral drain "$name" &&
    openstack hypervisor ephemeral delete "$name"
openstack compute service list --service nova-compute
