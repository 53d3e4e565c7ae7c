# SPDX-License-Identifier: Apache-2.0
"""Tests of how a hypervisor is read."""
