# SPDX-License-Identifier: Apache-2.0
"""Tests of the user-data with the packages of a distribution."""
