# SPDX-License-Identifier: Apache-2.0
"""What create is told of a machine in a simulated cloud."""

from __future__ import annotations

import pathlib
import tempfile
import unittest

from hvctl.tests.fixtures import requests


def options(test: unittest.TestCase, file: str = '--config') -> list[str]:
    """Return the options of create, with a file that lasts as the test does.

    :param file: the option that says how the machine is configured
    """
    directory = tempfile.TemporaryDirectory()
    test.addCleanup(directory.cleanup)
    config = pathlib.Path(directory.name) / 'nova.conf'
    config.write_text(requests.NOVA_CONF)
    return [
        *('--image', 'debian', '--flavor', 'metal'),
        *('--network', 'internalapi', file, str(config)),
    ]
