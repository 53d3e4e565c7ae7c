# SPDX-License-Identifier: Apache-2.0
"""Looking: requests that change nothing, made into a snapshot."""
