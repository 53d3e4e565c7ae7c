# SPDX-License-Identifier: Apache-2.0
"""The verb ``drain``: ``stages.py`` has what comes before the guests move."""
