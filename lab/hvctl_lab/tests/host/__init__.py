# SPDX-License-Identifier: Apache-2.0
"""Tests of what runs on the embedded cloud's machines."""
