# SPDX-License-Identifier: Apache-2.0
"""Acting: the requests of each step."""
