# SPDX-License-Identifier: Apache-2.0
"""Connects to the clouds of clouds.yaml."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import threading
import time
import typing

from keystoneauth1 import adapter
from keystoneauth1 import exceptions as ksa_exceptions
from openstack import config
from openstack import connection
from openstack import exceptions as sdk_exceptions
from openstack.config import cloud_region

from hvctl import exceptions
from hvctl.cloud import cloud_time
from hvctl.cloud import http

#: Seconds without a byte of an answer after which a request has failed.  It is
#: more than Nova's APIs themselves wait for a cell or a nova-compute (60 s),
#: so that what is slow is not taken for dead.
SILENCE = 90.0


class Service:
    """A service of a cloud, which is looked for when it is first asked.

    So one that is down is missed only by who needs it.
    """

    def __init__(self, find: Callable[[], adapter.Adapter]) -> None:
        self._find = find
        self._found: adapter.Adapter | None = None
        self._lock = threading.Lock()

    def request(
        self, url: str, method: str, **options: typing.Any
    ) -> http.Response:
        """Send a request."""
        # One at a time: each would ask the service for its versions.
        with self._lock:
            if self._found is None:
                self._found = self._find()
        return self._found.request(url, method, **options)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project of a cloud, and the services through which it is seen.

    :ivar cloud: the cloud's name in clouds.yaml, if it has one
    :ivar time: the cloud's
    """

    cloud: str | None
    id: str | None
    user_id: str | None
    compute: adapter.Adapter
    network: http.Service
    time: cloud_time.CloudTime


def project(
    conn: connection.Connection,
    monotonic: Callable[[], float] = time.monotonic,
) -> Project:
    """Log in, and find the services of a connection's project.

    :param monotonic: tells what has passed, in seconds
    """
    return Project(
        cloud=name(conn),
        id=conn.current_project_id,
        user_id=conn.current_user_id,
        compute=conn.compute,
        network=Service(lambda: conn.network),
        time=cloud_time.CloudTime.of(conn, monotonic),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A bare-metal cloud and a compute cloud, which may be the same.

    :ivar metal: our project in the bare-metal cloud
    :ivar compute: our project in the compute cloud; the same object where
        that is the same cloud
    :ivar compute_cloud: its name in clouds.yaml; None where it is the same
    :ivar baremetal: Ironic of the bare-metal cloud
    :ivar placement: of the compute cloud
    :ivar block_storage: connects to Cinder of the compute cloud, which need
        not be there
    """

    metal: Project
    compute: Project
    compute_cloud: str | None
    baremetal: http.Service
    placement: adapter.Adapter
    block_storage: Callable[[], adapter.Adapter]

    @property
    def apart(self) -> bool:
        """Whether these are two clouds."""
        return self.compute is not self.metal


def pair(
    metal: connection.Connection,
    compute: connection.Connection,
    compute_cloud: str | None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Pair:
    """Log in to a bare-metal cloud and a compute cloud.

    :param compute: the same object where it is the same cloud
    :param compute_cloud: see :class:`Pair`
    :param monotonic: see :func:`project`
    """
    for conn in (metal, compute):
        limit_silence(conn)
    machines = project(metal, monotonic)
    return Pair(
        metal=machines,
        compute=machines if compute is metal else project(compute, monotonic),
        compute_cloud=compute_cloud,
        baremetal=Service(lambda: metal.baremetal),
        placement=compute.placement,
        block_storage=lambda: compute.block_storage,
    )


def without_demands(conn: connection.Connection) -> connection.Connection:
    """Return a connection that asks for no version of an API by itself.

    Each request of ours names the oldest microversion that will do.  What
    clouds.yaml, the environment or the client of another service wants is for
    others: python-ironicclient hands over the newest version that it knows,
    and the SDK then sends nothing to a cloud that does not have it
    (openstack/config/cloud_region.py, get_session_client).

    :param conn: of which nothing is changed; the login is shared with it
    """
    region = conn.config
    return connection.Connection(
        config=cloud_region.CloudRegion(
            name=region.name,
            config={
                key: _major(value) if key.endswith('_api_version') else value
                for key, value in region.config.items()
                if not key.endswith('_default_microversion')
            },
            auth_plugin=region.get_auth(),
            session=region.get_session(),
        )
    )


def _major(version: object) -> object:
    """Return a version without what the SDK takes for a microversion."""
    return version.partition('.')[0] if isinstance(version, str) else version


def limit_silence(conn: connection.Connection) -> None:
    """Let no request of a connection wait for ever.

    Its logins and the questions for its services' versions are requests, too.
    ``api_timeout`` of clouds.yaml counts more.
    """
    if conn.session.timeout is None:
        conn.session.timeout = SILENCE


def name(conn: connection.Connection) -> str | None:
    """Return a connection's name in clouds.yaml, if it has one."""
    found = conn.config.name
    return str(found) if found else None


def known() -> tuple[str, ...]:
    """Return the names of all clouds of clouds.yaml."""
    names = config.OpenStackConfig().get_cloud_names()
    # These are no entries of the file.
    return tuple(sorted(set(names) - {'envvars', 'defaults'}))


def connect(cloud: str) -> connection.Connection:
    """Connect to a cloud by its name.

    :raises CloudError: when clouds.yaml does not have it, or it does not let
        us in
    """
    try:
        conn = connection.Connection(
            config=config.OpenStackConfig().get_one(cloud)
        )
        limit_silence(conn)
        conn.authorize()
    except sdk_exceptions.ConfigException as error:
        raise exceptions.CloudError(
            f'the compute cloud {cloud} cannot be reached: {error}; give it '
            'an entry in clouds.yaml'
        ) from error
    except (
        ksa_exceptions.ClientException,
        sdk_exceptions.SDKException,
    ) as error:
        raise http.explain(
            error, f'log in to the compute cloud {cloud}'
        ) from error
    return conn
