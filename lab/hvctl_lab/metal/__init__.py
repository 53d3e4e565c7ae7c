# SPDX-License-Identifier: Apache-2.0
"""The bare metal of the embedded cloud: nodes that really boot."""
