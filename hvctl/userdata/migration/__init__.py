# SPDX-License-Identifier: Apache-2.0
"""What a host needs so that guests get to it and away from it."""
