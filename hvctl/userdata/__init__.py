# SPDX-License-Identifier: Apache-2.0
"""Pure: from what is wanted to the user-data of the machine."""
