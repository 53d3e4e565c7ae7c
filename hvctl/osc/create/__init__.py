# SPDX-License-Identifier: Apache-2.0
"""From the options of ``create`` to its goal."""
