# SPDX-License-Identifier: Apache-2.0
"""One module per service: its files and its programs, as pure functions."""
