# SPDX-License-Identifier: Apache-2.0
"""Tests of authorities and of what they issue."""
