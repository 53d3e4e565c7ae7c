# SPDX-License-Identifier: Apache-2.0
"""The translation function of hvctl."""

import oslo_i18n

_ = oslo_i18n.TranslatorFactory(domain='hvctl').primary
