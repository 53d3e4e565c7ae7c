# SPDX-License-Identifier: Apache-2.0
"""What is decided of a move, from its request to its end."""
