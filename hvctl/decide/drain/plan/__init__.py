# SPDX-License-Identifier: Apache-2.0
"""What is decided of guests before the first one moves."""
