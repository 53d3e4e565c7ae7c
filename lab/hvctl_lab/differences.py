# SPDX-License-Identifier: Apache-2.0
"""What services of older releases have in another way, all of it.

It runs inside those services, see releases.py, and looks for what is there
instead of asking for a release.  What only an old one has goes when the lab
no longer knows that release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
import contextlib
import importlib
import importlib.util
import typing


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
