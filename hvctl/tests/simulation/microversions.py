# SPDX-License-Identifier: Apache-2.0
"""Microversions: what a request asks for, and whether a service has it."""

from __future__ import annotations

import dataclasses
import re
import typing

from werkzeug import wrappers

from hvctl.tests.simulation import service

HEADER = 'OpenStack-API-Version'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The microversions of a service.

    :ivar type: by which the common header names it
    :ivar legacy: the service's own header, which came first
    """

    type: str
    oldest: service.Version
    newest: service.Version
    legacy: str | None = None

    def asked(self, request: wrappers.Request) -> service.Version:
        """Read what a request asks for; the oldest where it does not.

        :raises Refusal: when the service does not have it
        """
        wanted = self._wanted(request)
        if wanted is None:
            return self.oldest
        if wanted == 'latest':
            return self.newest
        if not re.fullmatch(r'[0-9]+\.[0-9]+', wanted):
            raise service.Refusal(
                400,
                f'API Version String {wanted} is of invalid format. Must be '
                'of format MajorNum.MinorNum.',
            )
        major, minor = wanted.split('.')
        version = (int(major), int(minor))
        if not self.oldest <= version <= self.newest:
            raise service.Refusal(
                406,
                f'Version {wanted} is not supported by the API. Minimum is '
                f'{text(self.oldest)} and maximum is {text(self.newest)}.',
            )
        return version

    def _wanted(self, request: wrappers.Request) -> str | None:
        # A request may name the versions of several services.
        for given in request.headers.get(HEADER, '').split(','):
            kind, _, version = given.strip().partition(' ')
            if kind == self.type and version:
                return version.strip()
        return request.headers.get(self.legacy) if self.legacy else None

    def headers(self, version: service.Version) -> dict[str, str]:
        """Tell the version of an answer."""
        found = {HEADER: f'{self.type} {text(version)}', 'Vary': HEADER}
        if self.legacy:
            found[self.legacy] = text(version)
        return found


class Service(service.Service):
    """A service that has microversions.

    :cvar versions: which
    """

    versions: typing.ClassVar[Range]

    def version(self, request: wrappers.Request) -> service.Version:
        """Negotiate the microversion."""
        return self.versions.asked(request)

    def version_headers(self, version: service.Version) -> dict[str, str]:
        """Tell the microversion."""
        return self.versions.headers(version)


def text(version: service.Version) -> str:
    """Write a version as the services do."""
    return f'{version[0]}.{version[1]}'
