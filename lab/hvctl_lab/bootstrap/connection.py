# SPDX-License-Identifier: Apache-2.0
"""Connects to the lab's own cloud, whatever the environment says."""

from __future__ import annotations

import typing

import openstack

from hvctl_lab import paths

#: A connection of the SDK.  Its services' types are unions of API versions
#: that this cloud does not have, so they are of no help here.
Cloud = typing.Any


def connect(lab: paths.Lab, cloud: str) -> Cloud:
    """Open a connection to one of the lab's clouds.yaml entries.

    :param lab: the lab, with Keystone up
    :param cloud: the entry
    :returns: the connection, not yet used
    """
    return openstack.connection.from_config(
        config=openstack.config.OpenStackConfig(
            config_files=[str(lab.clouds_yaml)],
            secure_files=[],
            vendor_files=[],
            load_envvars=False,
        ).get_one(cloud=cloud)
    )
