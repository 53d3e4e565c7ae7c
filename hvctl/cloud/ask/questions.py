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
    """

    def __init__(self, pool: futures.Executor) -> None:
        self._pool = pool
        self.problems: list[str] = []

    def ask(
        self,
        kind: str,
        look: Callable[[], _T] | None,
        name: str | None = None,
    ) -> Question[_T]:
        """Begin to look something up.

        :param kind: what, in one or two words
        :param look: returns it; None where it is not needed
        :param name: its name or id, if it has one
        """
        future = self._pool.submit(look) if look is not None else None
        return Question(self.problems, kind, name, future)

    def find(
        self,
        kind: str,
        name: str | None,
        finder: Callable[[], Callable[..., _T]],
    ) -> Question[_T]:
        """Begin to look something up by its name or id.

        :param kind: what, in one or two words
        :param name: None where it is not needed
        :param finder: returns the SDK's function for it, and raises where
            the cloud does not have that service
        """
        if name is None:
            return Question(self.problems, kind, name, None)
        future: futures.Future[_T]
        try:
            # Not in a worker: two would discover the service twice.
            find = finder()
        except _ERRORS as error:
            future = futures.Future()
            future.set_exception(error)
        else:
            future = self._pool.submit(find, name, ignore_missing=False)
        return Question(self.problems, kind, name, future)


class Question(typing.Generic[_T]):
    """A look-up that is under way."""

    def __init__(
        self,
        problems: list[str],
        kind: str,
        name: str | None,
        future: futures.Future[_T] | None,
    ) -> None:
        self._problems = problems
        self._kind = kind
        self._name = name
        self._future = future

    def answer(self) -> _T | None:
        """Wait for the answer.

        :returns: None when it was not needed; when there is none, that too,
            and there is one problem more
        """
        if self._future is None:
            return None
        try:
            return self._future.result()
        except _ERRORS as error:
            self._problems.append(self._problem(error))
            return None

    def _problem(self, error: Exception) -> str:
        thing = f'{self._kind} {self._name}' if self._name else self._kind
        if isinstance(error, sdk_exceptions.NotFoundException):
            return f'there is no {thing}'
        if isinstance(error, sdk_exceptions.DuplicateResource):
            return f'there is more than one {thing}: give its id'
        if isinstance(error, exceptions.CloudError):
            return str(error)
        if isinstance(error, http.STUMBLED):
            return str(http.nonsense(f'look up the {self._kind}', error))
        return str(http.explain(error, f'look up the {self._kind}'))
