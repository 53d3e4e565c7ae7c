# SPDX-License-Identifier: Apache-2.0
"""What becomes of a guest that moves, look by look: see ``follow.py``."""
