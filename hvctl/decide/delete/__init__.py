# SPDX-License-Identifier: Apache-2.0
"""The verb ``delete``: ``delete.py`` has its stages, in order."""
