# SPDX-License-Identifier: Apache-2.0
"""What services of older releases have in another way, all of it.

It looks for what is there instead of asking for a release, and runs inside
those services, see releases.py, but where it is told their path.  What only an
old one has goes when the lab no longer knows that release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
import contextlib
import importlib
import importlib.util
import pathlib
import typing

#: What makes an application where none is in the module of its name: 2024.1.
_MAKERS = {
    'glance.wsgi.api': 'hvctl_lab.differences:_glance',
    'keystone.wsgi.api': 'keystone.server.wsgi:initialize_public_application',
    'neutron.wsgi.api': 'neutron.cmd.eventlet.server:main_api_eventlet',
    'nova.wsgi.metadata': 'nova.api.metadata.wsgi:init_application',
    'nova.wsgi.osapi_compute': (
        'nova.api.openstack.compute.wsgi:init_application'
    ),
    'placement.wsgi.api': 'placement.wsgi:init_application',
}


def application(module: str) -> typing.Any:
    """Return the WSGI application of a module.

    :param module: its name in the newest release
    """
    if module in _MAKERS and not _is_package(module.rpartition('.')[0]):
        maker_of, _, maker = _MAKERS[module].partition(':')
        return getattr(importlib.import_module(maker_of), maker)()
    return importlib.import_module(module).application


def _is_package(name: str) -> bool:
    found = importlib.util.find_spec(name)
    return found is not None and found.submodule_search_locations is not None


def _glance() -> typing.Any:
    from glance.common import wsgi_app

    # It would be read as an option file, beside glance-api.conf only.
    wsgi_app.CONFIG_FILES.remove('glance-api-paste.ini')
    return wsgi_app.init_app()


def lends_nodes(path: Iterable[str]) -> bool:
    """Whether Ironic shows a project the nodes that its servers are on.

    Nova 29 does not tell it whose server it is, and Ironic 24 does not ask.

    :param path: the directories that the services' packages are in
    """
    return any(
        (pathlib.Path(directory) / 'ironic/common/lessee_sources.py').exists()
        for directory in path
    )


def build_config_drive(node: typing.Any, parts: dict[str, typing.Any]) -> str:
    """Build a config drive of its parts.

    :param node: Ironic's node
    :param parts: what Nova has given in place of a whole drive
    :returns: the drive, as it is stored on the node
    """
    # Ironic 29 has it among the conductor's other helpers.
    older, newer = (
        'ironic.conductor.utils',
        'ironic.conductor.configdrive_utils',
    )
    found = importlib.util.find_spec(newer)
    module = importlib.import_module(newer if found else older)
    return str(module.build_configdrive(node, parts))


@contextlib.contextmanager
def neutron_events(
    virtapi: typing.Any,
    instance: typing.Any,
    events: Sequence[tuple[str, str]],
    seconds: int,
    failed: Callable[..., typing.Any],
) -> Iterator[None]:
    """Do something, and wait for what Neutron then tells Nova.

    :param virtapi: what Nova offers its drivers
    :param instance: the guest
    :param events: names and tags of what is waited for
    :param seconds: how long
    :param failed: told of an event that says so
    :raises TimeoutError: when one does not come in time
    """
    from nova import exception

    try:
        expired, limit = exception.InstanceEventTimeout, 'timeout'
    except AttributeError:
        # Nova 31 waits with eventlet.
        from eventlet import timeout

        expired, limit = timeout.Timeout, 'deadline'
    try:
        with virtapi.wait_for_instance_event(
            instance, events, error_callback=failed, **{limit: seconds}
        ):
            yield
    except expired as error:
        raise TimeoutError('Neutron has not told all') from error
