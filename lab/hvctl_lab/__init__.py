# SPDX-License-Identifier: Apache-2.0
"""The embedded cloud: a real OpenStack on one machine."""
