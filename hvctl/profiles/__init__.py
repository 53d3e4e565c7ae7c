# SPDX-License-Identifier: Apache-2.0
"""Finds, reads, checks and merges the profiles; asks no cloud."""
