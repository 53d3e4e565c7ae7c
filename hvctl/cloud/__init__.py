# SPDX-License-Identifier: Apache-2.0
"""The cloud: the only place that imports openstack."""
