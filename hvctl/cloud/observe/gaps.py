# SPDX-License-Identifier: Apache-2.0
"""Does without what cannot be read, where that is not needed."""

from __future__ import annotations

from concurrent import futures
import logging
import typing

from hvctl import exceptions
from hvctl.model.snapshot import Part

LOG = logging.getLogger(__name__)

_T = typing.TypeVar('_T')


class Gaps:
    """What one look does not see.

    :param optional: what it may do without
    :param said: what an earlier look has warned of
    :ivar unseen: what could not be read
    """

    def __init__(self, optional: frozenset[Part], said: set[Part]) -> None:
        self._optional = optional
        self._said = said
        self.unseen: set[Part] = set()

    def read(self, reading: futures.Future[_T], part: Part) -> _T | None:
        """Wait for a list; return None when it may be missing, and is.

        :raises CloudError: when it may not
        """
        try:
            return reading.result()
        except exceptions.CloudError as error:
            if part not in self._optional:
                raise
            self.unseen.add(part)
            if part not in self._said:
                self._said.add(part)
                LOG.warning('%s; going on without the %s', error, part.value)
            return None
