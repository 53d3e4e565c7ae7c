#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How many servers of all projects are how, again and again:
#     stackstats.sh [seconds between two lines] [number of lines]
# Of ephemeral hypervisors alone, "hypervisor ephemeral stats show --watch"
# tells the same for less.

set -euo pipefail

pause=${1:-10}
lines=${2:--1}

while [ "$lines" -ne 0 ]; do
    statuses=$(openstack server list --all-projects -f value -c Status)
    printf '%s' "$(date -u +%FT%TZ)"
    for status in ACTIVE BUILD ERROR; do
        printf ' %s=%d' "$status" "$(grep -cx "$status" <<<"$statuses")"
    done
    printf '\n'
    lines=$((lines - 1))
    [ "$lines" -eq 0 ] || sleep "$pause"
done
