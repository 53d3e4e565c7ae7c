# SPDX-License-Identifier: Apache-2.0
"""The verb ``create``: ``stages.py`` has its stages, in order."""
