# SPDX-License-Identifier: Apache-2.0
"""Tests of what a host needs for migrations."""
