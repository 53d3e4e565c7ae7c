# SPDX-License-Identifier: Apache-2.0
"""What OpenStackClient asks of a plugin.

Every ``openstack`` command imports this module, so it imports next to
nothing.
"""

from __future__ import annotations

import argparse
import typing

if typing.TYPE_CHECKING:
    from osc_lib import clientmanager

    from hvctl.cloud import clients

API_NAME = 'hvctl'
#: OpenStackClient wants an option's name even where there is no option:
#: hvctl has no API of its own, so nobody has a version to choose.
API_VERSION_OPTION = 'os_hvctl_api_version'
DEFAULT_API_VERSION = '1'
API_VERSIONS = ('1',)


def make_client(instance: clientmanager.ClientManager) -> clients.Client:
    """Make what the commands find as ``client_manager.hvctl``."""
    from hvctl.cloud import clients

    return clients.Client.connect(instance.sdk_connection)


def build_option_parser(
    parser: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add no global option."""
    return parser
