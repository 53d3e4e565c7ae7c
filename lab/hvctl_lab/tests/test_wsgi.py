# SPDX-License-Identifier: Apache-2.0
"""Tests of serving an application."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys

from hvctl_lab import requirements
from hvctl_lab import waiting
from hvctl_lab.tests import base

APPLICATION = """
import sys

def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [repr(sys.argv[1:]).encode()]
"""


class TestServe(base.LabTestCase):
    """The process that a service runs in."""

    def test_serve(self):
        """It answers, hides its command line, and ends when told to."""
        (self.directory / 'small.py').write_text(APPLICATION)
        port = next(
            port for port in range(23000, 24000) if requirements.is_free(port)
        )
        path = os.pathsep.join([str(self.directory), *sys.path])
        process = subprocess.Popen(
            [sys.executable, '-m', 'hvctl_lab.wsgi', '1', f'small={port}'],
            env={'PYTHONPATH': path},
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        answers = []

        def answered() -> bool:
            client = http.client.HTTPConnection('127.0.0.1', port)
            try:
                client.request('GET', '/')
                answers.append(client.getresponse().read())
            except ConnectionRefusedError:
                return False
            finally:
                client.close()
            return True

        waiting.until(answered, timeout=30, what='an answer')
        process.terminate()

        self.assertEqual([b'[]'], answers)
        self.assertEqual(0, process.wait(10))
