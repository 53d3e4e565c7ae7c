# SPDX-License-Identifier: Apache-2.0
"""Reads the volumes of guests, where there is a block storage service."""

from __future__ import annotations

from collections.abc import Callable
import logging

from keystoneauth1 import adapter
from keystoneauth1 import exceptions as ksa_exceptions
from openstack import exceptions as sdk_exceptions

from hvctl import exceptions
from hvctl.cloud import http
from hvctl.cloud import lists
from hvctl.cloud.observe import parse
from hvctl.model.records import Volume

LOG = logging.getLogger(__name__)


def of_project(
    connect: Callable[[], adapter.Adapter], project_id: str
) -> tuple[Volume, ...] | None:
    """List the volumes of a project.

    :param connect: finds the service; a cloud need not have one
    :returns: None where the service does not tell
    """
    try:
        found = lists.read(
            connect(),
            'volumes',
            http.Request(
                url='/volumes/detail',
                doing=f'list the volumes of project {project_id}',
                # Cinder leaves out what one may not filter by, and so gives
                # those of our own project to who is no administrator.
                params={'all_tenants': 1, 'project_id': project_id},
            ),
            parse.volume,
            lists.Paging.BY_ID,
        )
    except (
        exceptions.CloudError,
        ksa_exceptions.ClientException,
        sdk_exceptions.SDKException,
    ) as error:
        LOG.info('%s', error)
        return None
    return tuple(found or ())
