# SPDX-License-Identifier: Apache-2.0
"""OpenStackClient plugin for ephemeral hypervisors."""
