# SPDX-License-Identifier: Apache-2.0
"""Tests of user-data from the user's own nova.conf."""
