# SPDX-License-Identifier: Apache-2.0
"""Nova of a simulated cloud."""
