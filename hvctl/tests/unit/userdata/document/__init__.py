# SPDX-License-Identifier: Apache-2.0
"""Tests of the document that cloud-init reads."""
