# SPDX-License-Identifier: Apache-2.0
"""Stands in for network cards with virtual functions, and for an IOMMU."""

from __future__ import annotations

from collections.abc import Callable

#: What the kernel shows of the others, and of these files that can be read
#: and written.
_CARDS = """\
#!/bin/sh
set -eu
shown=/sys/class/net
ours=/run/cards
mkdir -p "$ours"
cp -a "$shown/." "$ours"
for card in ens1f0 ib0; do
    mkdir -p "$ours/$card/device/infiniband/mlx5_0"
    echo 64 >"$ours/$card/device/sriov_totalvfs"
    echo 0 >"$ours/$card/device/sriov_numvfs"
    echo 1 >"$ours/$card/device/sriov_drivers_autoprobe"
    echo 0c42:a103:0000:1234 >"$ours/$card/device/infiniband/mlx5_0/node_guid"
done
mount --bind "$ours" "$shown"
mkdir -p /run/iommu/0
mount --bind /run/iommu /sys/kernel/iommu_groups
"""
#: What is done to them is done to nothing.
_IP = """\
#!/bin/sh
case $* in
'link set dev ens1f0 '* | 'link set dev ib0 '*) exit 0 ;;
esac
exec /usr/bin/ip "$@"
"""
_UNIT = """\
[Unit]
DefaultDependencies=no
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/cards
"""
_WANTED = """\
[Unit]
Wants=cards.service
"""


def insert(write: Callable[[str, str, int], None]) -> None:
    """Put them into a machine.

    :param write: writes a file of it, with a mode
    """
    units = '/etc/systemd/system'
    write('/usr/local/sbin/cards', _CARDS, 0o755)
    write('/usr/local/sbin/ip', _IP, 0o755)
    write(f'{units}/cards.service', _UNIT, 0o644)
    write(f'{units}/sysinit.target.d/cards.conf', _WANTED, 0o644)
