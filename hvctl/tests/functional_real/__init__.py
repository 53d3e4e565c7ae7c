# SPDX-License-Identifier: Apache-2.0
"""Tests on hypervisors whose guests really run; see contributor/testing."""
