# SPDX-License-Identifier: Apache-2.0
"""User-data without a profile, from the user's own nova.conf."""
