# SPDX-License-Identifier: Apache-2.0
"""Stops a lab, and removes its data."""

from __future__ import annotations

import concurrent.futures
import shutil

from hvctl_lab import configuration
from hvctl_lab import leftovers
from hvctl_lab import paths
from hvctl_lab import supervision
from hvctl_lab.metal import disk
from hvctl_lab.metal import network
from hvctl_lab.metal import power
from hvctl_lab.reporting import Report


def down(lab: paths.Lab, report: Report) -> None:
    """Stop everything, machines included; the data stays.

    :param lab: the lab, up or not
    :param report: told what is being done
    :raises LabError: when something does not end
    """
    if supervision.is_up(lab):
        # Ironic first: it would switch the machines on again.
        report('stopping the services')
        supervision.stop(
            lab, [program.name for program in configuration.services(lab)]
        )
        report('stopping the machines')
        machines = [
            process.name
            for process in supervision.processes(lab).values()
            if process.group == configuration.NODE_GROUP and process.pid
        ]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for ended in [
                pool.submit(power.switch_off, lab, name) for name in machines
            ]:
                ended.result()
        report('stopping RabbitMQ and MariaDB')
        supervision.stop(
            lab,
            [program.name for program in configuration.infrastructure(lab)],
        )
        supervision.shut_down(lab)
    leftovers.end(lab)
    network.remove_switch(lab)


def destroy(lab: paths.Lab, report: Report) -> None:
    """Stop everything and remove the data; the cache stays.

    The caller holds the lab's lock, which is removed as well.

    :param lab: the lab, up or not
    :param report: told what is being done
    :raises LabError: when something does not end
    """
    down(lab, report)
    report('removing the data')
    disk.release(lab)
    if lab.directory.exists():
        shutil.rmtree(lab.directory)
    lab.lock.unlink(missing_ok=True)
