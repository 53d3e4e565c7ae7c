# SPDX-License-Identifier: Apache-2.0
"""What each kind of networking adds to the machine."""
