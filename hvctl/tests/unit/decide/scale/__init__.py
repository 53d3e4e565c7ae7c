# SPDX-License-Identifier: Apache-2.0
"""Tests of how many hypervisors come and go."""
