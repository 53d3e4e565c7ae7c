# SPDX-License-Identifier: Apache-2.0
"""What a hypervisor is: read by every verb."""
