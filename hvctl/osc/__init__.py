# SPDX-License-Identifier: Apache-2.0
"""The face: commands, options, columns and progress; only here is printed."""
