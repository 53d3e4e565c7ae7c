# SPDX-License-Identifier: Apache-2.0
"""What hvctl knows about: frozen data, standard library only."""
