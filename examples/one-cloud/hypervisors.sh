#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Turn bare metal into two hypervisors whose guests get virtual functions.
# Run again it goes on from where the cloud is.

set -euo pipefail

openstack hypervisor ephemeral create supercloud04 supercloud05 --profile sriov
openstack compute service list --service nova-compute
