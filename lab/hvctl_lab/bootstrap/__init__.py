# SPDX-License-Identifier: Apache-2.0
"""What a new cloud is given: each step looks first, then adds."""
