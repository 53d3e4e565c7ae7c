# SPDX-License-Identifier: Apache-2.0
"""What is to be done with each guest: ``treatment.py`` has the rules."""
