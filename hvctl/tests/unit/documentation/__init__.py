# SPDX-License-Identifier: Apache-2.0
"""Tests of the extensions with which the documentation is built."""

from __future__ import annotations

import pathlib
import sys
import unittest

import hvctl

EXTENSIONS = pathlib.Path(hvctl.__file__).parents[1] / 'doc/source/_extensions'

if not EXTENSIONS.is_dir():
    raise unittest.SkipTest('the documentation is not there')
sys.path.append(str(EXTENSIONS))
