# SPDX-License-Identifier: Apache-2.0
"""Fills a new cloud; each step adds only what is missing."""
