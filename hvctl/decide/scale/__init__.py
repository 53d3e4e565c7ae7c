# SPDX-License-Identifier: Apache-2.0
"""How many hypervisors of a profile come and go, and which."""
