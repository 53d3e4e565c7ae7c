# SPDX-License-Identifier: Apache-2.0
"""Runs look-ups beside each other, and collects what was wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
import typing

from keystoneauth1 import exceptions as ksa_exceptions
from openstack import exceptions as sdk_exceptions

from hvctl import exceptions
from hvctl.cloud import http

_T = typing.TypeVar('_T')

#: What becomes of a look-up that fails.
_ERRORS = (
    exceptions.CloudError,
    ksa_exceptions.ClientException,
    sdk_exceptions.SDKException,
    # The SDK, at an answer that is not what it expects.
    *http.STUMBLED,
)


class Questions:
    """Look-ups that run beside each other.

    :ivar problems: what was wrong, in the order in which the answers were
        wanted
    :ivar unknown: what could not be found out, and can be done without
    """

    def __init__(self, pool: futures.Executor) -> None:
        self._pool = pool
        self.problems: list[str] = []
        self.unknown: list[str] = []

    def ask(
        self,
        kind: str,
        look: Callable[[], _T] | None,
        name: str | None = None,
        *,
        needed: bool = True,
    ) -> Question[_T]:
        """Begin to look something up.

        :param kind: what, in one or two words
        :param look: returns it; None where it is not asked for
        :param name: its name or id, if it has one
        :param needed: nothing can be made without an answer; else it is only
            a check, and one that cannot be made stops nothing
        """
        future = self._pool.submit(look) if look is not None else None
        return self._question(kind, name, future, needed=needed)

    def find(
        self,
        kind: str,
        name: str | None,
        finder: Callable[[], Callable[..., _T]],
        *,
        needed: bool = True,
    ) -> Question[_T]:
        """Begin to look something up by its name or id.

        :param kind: what, in one or two words
        :param name: None where it is not asked for
        :param finder: returns the SDK's function for it, and raises where
            the cloud does not have that service
        :param needed: see :meth:`ask`
        """
        if name is None:
            return self._question(kind, name, None, needed=needed)
        future: futures.Future[_T]
        try:
            # Not in a worker: two would discover the service twice.
            find = finder()
        except _ERRORS as error:
            future = futures.Future()
            future.set_exception(error)
        else:
            future = self._pool.submit(find, name, ignore_missing=False)
        return self._question(kind, name, future, needed=needed)

    def _question(
        self,
        kind: str,
        name: str | None,
        future: futures.Future[_T] | None,
        *,
        needed: bool,
    ) -> Question[_T]:
        return Question(
            self.problems,
            self.problems if needed else self.unknown,
            f'{kind} {name}' if name else kind,
            kind,
            future,
        )


class Question(typing.Generic[_T]):
    """A look-up that is under way."""

    def __init__(
        self,
        missing: list[str],
        unanswered: list[str],
        thing: str,
        kind: str,
        future: futures.Future[_T] | None,
    ) -> None:
        self._missing = missing
        self._unanswered = unanswered
        self._thing = thing
        self._kind = kind
        self._future = future

    def answer(self) -> _T | None:
        """Wait for the answer.

        :returns: None when it was not asked for; when there is none, that
            too, and one more thing is wrong or unknown
        """
        if self._future is None:
            return None
        try:
            return self._future.result()
        except sdk_exceptions.NotFoundException:
            self._missing.append(f'there is no {self._thing}')
        except sdk_exceptions.DuplicateResource:
            self._missing.append(
                f'there is more than one {self._thing}: give its id'
            )
        except _ERRORS as error:
            self._unanswered.append(self._words(error))
        return None

    def _words(self, error: Exception) -> str:
        if isinstance(error, exceptions.CloudError):
            return str(error)
        if isinstance(error, http.STUMBLED):
            return str(http.nonsense(f'look up the {self._kind}', error))
        return str(http.explain(error, f'look up the {self._kind}'))
