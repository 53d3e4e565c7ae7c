# SPDX-License-Identifier: Apache-2.0
"""The translation function of hvctl.

Only help and usage errors are translated.  What a run says is not: its words
come with codes, for people and programs everywhere to look up.
"""

from __future__ import annotations

import oslo_i18n

_ = oslo_i18n.TranslatorFactory(domain='hvctl').primary
