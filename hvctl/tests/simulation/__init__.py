# SPDX-License-Identifier: Apache-2.0
"""A simulated cloud, one level below hvctl: HTTP as the services answer."""
