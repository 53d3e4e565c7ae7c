# SPDX-License-Identifier: Apache-2.0
"""Starts the real nova-compute with this lab's virt driver.

Nova looks for virt drivers below nova.virt only, so the driver's module is
made known under that name.  Defaults are set as distributions' packages set
them: without that, Nova keeps its state where its code lies.
"""

from __future__ import annotations

import sys

# Nova's own start script comes first: it decides about threads on import.
from nova.cmd import compute  # isort: skip

import nova.conf
from oslo_concurrency import lockutils

from hvctl_lab.host import devices
from hvctl_lab.host import driver

STATE_PATH = '/var/lib/nova'


def main() -> None:
    """Run nova-compute until it is told to stop."""
    sys.modules['nova.virt.hvctl_lab'] = driver
    nova.conf.CONF.set_default('state_path', STATE_PATH)
    lockutils.set_defaults(f'{STATE_PATH}/lock')
    # Nova looks device_spec up before it loads the driver.
    devices.answer_lookups()
    compute.main()


if __name__ == '__main__':
    main()
