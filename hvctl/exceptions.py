# SPDX-License-Identifier: Apache-2.0
"""The exceptions that hvctl raises for its users."""

from __future__ import annotations


class HvctlError(Exception):
    """The base of all: its text is one sentence for the user."""


class InvalidRequest(HvctlError):
    """What was asked for cannot be done; nothing was changed."""


class CloudError(HvctlError):
    """A request to the cloud failed.

    :ivar status: the HTTP status, or None when there was no answer
    :ivar transient: the same request may succeed later
    :ivar retry_after: the seconds after which to try again, where the service
        named them
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        transient: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.transient = transient
        self.retry_after = retry_after

    @property
    def passes(self) -> bool:
        """Whether what was refused may succeed later, once one was let in.

        Keystone has let us in before, so a 401 that a new login does not mend
        is trouble of its own, which passes.
        """
        return self.transient or self.status == 401
