# SPDX-License-Identifier: Apache-2.0
"""Pure decisions: from a snapshot to what to do; imports the model only."""
