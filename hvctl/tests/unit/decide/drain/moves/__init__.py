# SPDX-License-Identifier: Apache-2.0
"""Tests of what is decided of a move, from its request to its end."""
