# SPDX-License-Identifier: Apache-2.0
"""Unit tests, a mirror of the package.

Says how hypothesis looks for examples: without a limit of time for each, as
the machine may be busy, and the same ones every time where CI is set.
"""

from __future__ import annotations

import os

import hypothesis

hypothesis.settings.register_profile('here', deadline=None)
hypothesis.settings.register_profile('ci', deadline=None, derandomize=True)
hypothesis.settings.load_profile('ci' if os.environ.get('CI') else 'here')
