# SPDX-License-Identifier: Apache-2.0
"""Makes authorities, and issues to each host keys of its own."""
