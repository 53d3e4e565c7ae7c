# SPDX-License-Identifier: Apache-2.0
"""Builds the image of ``examples/image``, and boots it."""
