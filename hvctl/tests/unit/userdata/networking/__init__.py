# SPDX-License-Identifier: Apache-2.0
"""Tests of what each kind of networking adds to the machine."""
