# SPDX-License-Identifier: Apache-2.0

"""Connects to the lab's own cloud, whatever the environment says."""

import openstack
from openstack import connection

from hvctl.lab import paths


def connect(lab: paths.Lab, cloud: str) -> connection.Connection:
    """Open a connection to one of the lab's clouds.yaml entries.

    :param lab: the lab, with Keystone up.
    :param cloud: the entry.
    :returns: the connection, not yet used.
    """
    return openstack.connection.from_config(
        config=openstack.config.OpenStackConfig(
            config_files=[str(lab.clouds_yaml)],
            secure_files=[],
            vendor_files=[],
            load_envvars=False,
        ).get_one(cloud=cloud)
    )
