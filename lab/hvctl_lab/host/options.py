# SPDX-License-Identifier: Apache-2.0
"""The options of the virt driver, section [hvctl_lab] of nova.conf."""

from __future__ import annotations

from oslo_config import cfg

GROUP = 'hvctl_lab'

OPTIONS = (
    cfg.IntOpt('vcpus', default=32, min=1, help='Processors of the host.'),
    cfg.IntOpt('memory_mb', default=65536, min=1, help='Memory of the host.'),
    cfg.IntOpt('disk_gb', default=1024, min=1, help='Disk of the host.'),
    cfg.IntOpt(
        'virtual_functions',
        default=0,
        min=0,
        max=240,
        help='Virtual functions of the network adapter ens1f0, made known '
        'to Nova by [pci] device_spec as on a real host.',
    ),
    cfg.FloatOpt(
        'migration_seconds',
        default=1.0,
        min=0,
        help='How long a migration takes that nobody slows down.',
    ),
)
