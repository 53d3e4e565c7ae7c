# SPDX-License-Identifier: Apache-2.0
"""Tests of the way from the options of ``create`` to its goal."""
