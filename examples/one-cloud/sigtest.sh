#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Eight virtual machines with SR-IOV ports, and two bare-metal servers, on one
# VLAN network.  Run again it makes what is missing, and nothing twice.

set -euo pipefail

network=${NETWORK:-sigdemo01}
image=${IMAGE:-debian-12}
flavor=${FLAVOR:-m1.small}
metal_image=${METAL_IMAGE:-debian-12-baremetal}
metal_flavor=${METAL_FLAVOR:-my-baremetal-flavor}
key=${KEY_NAME:-sigtest}

make_port() {
    [ -n "$(openstack port list --name "$1" -f value -c ID)" ] && return
    echo "port $1"
    openstack port create --network "$network" --vnic-type direct "$1" \
        -f value -c id
}

make_server() {
    local name=$1
    shift
    [ -n "$(openstack server list --name "^$name$" -f value -c ID)" ] && return
    echo "server $name"
    openstack server create --key-name "$key" "$@" "$name" -f value -c id
}

# Seconds may pass until the last is ACTIVE, on bare metal minutes.
wait_for() {
    local status
    until [ "${status:=}" = ACTIVE ]; do
        status=$(openstack server show "$1" -f value -c status)
        [ "$status" != ERROR ] || {
            openstack server show "$1" -c name -c status -c fault >&2
            exit 1
        }
    done
}

for i in $(seq -w 1 8); do
    make_port "sigtest$i"
    make_server "sigdemo$i" --image "$image" --flavor "$flavor" \
        --port "sigtest$i"
done
for i in $(seq -w 1 2); do
    make_server "sigdemo-bm$i" --image "$metal_image" \
        --flavor "$metal_flavor" --network "$network"
done
for name in sigdemo{1..8} sigdemo-bm{1..2}; do
    wait_for "$name"
done
openstack server list --name '^sigdemo' --long -c Name -c Status -c Networks
