# SPDX-License-Identifier: Apache-2.0
"""The document that cloud-init reads."""
