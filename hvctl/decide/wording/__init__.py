# SPDX-License-Identifier: Apache-2.0
"""The words for every code: what is so, and what to type next."""
