# SPDX-License-Identifier: Apache-2.0
"""Asking what only ``create`` wants to know, before it begins."""
