# SPDX-License-Identifier: Apache-2.0
"""Functional tests that a run of every change has no time for."""
