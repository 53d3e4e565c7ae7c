# SPDX-License-Identifier: Apache-2.0
"""What runs inside the embedded cloud's machines once they are hypervisors."""
