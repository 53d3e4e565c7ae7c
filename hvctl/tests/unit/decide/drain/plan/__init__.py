# SPDX-License-Identifier: Apache-2.0
"""Tests of what is decided of guests before the first one moves."""
