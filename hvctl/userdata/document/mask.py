# SPDX-License-Identifier: Apache-2.0
"""Hides secrets in a text, wherever they stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import urllib.parse

from hvctl.model import secret
from hvctl.model.profile import Profile
from hvctl.model.secret import Secret
from hvctl.model.transport import LiveTcp, LiveTls


def secrets(profile: Profile) -> frozenset[Secret]:
    """Collect the secrets of a profile."""
    found = set(profile.secrets.values())
    shared = getattr(profile.networking, 'metadata_proxy_shared_secret', None)
    if shared is not None:
        found.add(shared)
    live = profile.migration.live
    if isinstance(live, LiveTcp | LiveTls) and live.password is not None:
        found.add(live.password)
    for sections in (profile.nova, profile.neutron):
        for options in sections.values():
            for values in options.values():
                found.update(
                    value for value in values if isinstance(value, Secret)
                )
    return frozenset(found)


def hide(text: str, hidden: Iterable[Secret]) -> str:
    """Put a mask over each secret, also where it is part of a URL.

    :param text: that may have secrets in it
    :param hidden: the secrets
    """
    forms = {form for one in hidden for form in _forms(one.reveal())}
    # A secret may be part of another.
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, secret.MASK)
    return text


def _forms(text: str) -> Iterator[str]:
    """Return the ways in which a secret may be written."""
    for form in (
        text,
        text.replace('$', '$$'),
        urllib.parse.quote(text),
        urllib.parse.quote(text, safe=''),
        urllib.parse.quote_plus(text),
    ):
        if form:
            yield form
