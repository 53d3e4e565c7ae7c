# SPDX-License-Identifier: Apache-2.0
"""Boots machines, and has them tell what became of them."""
