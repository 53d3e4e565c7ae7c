# SPDX-License-Identifier: Apache-2.0
"""The loop that every verb runs on."""
