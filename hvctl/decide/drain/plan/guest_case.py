# SPDX-License-Identifier: Apache-2.0
"""Everything that the treatment of a guest is decided by."""

from __future__ import annotations

import dataclasses
import typing

from hvctl.model.drain_options import DrainOptions, Method, Wish
from hvctl.model.guest_codes import GuestCode
from hvctl.model.move import Ties
from hvctl.model.move import Treatment
from hvctl.model.reasons import Reason
from hvctl.model.records import Server


@dataclasses.dataclass(frozen=True, slots=True)
class GuestCase:
    """What the treatment of a guest is decided by.

    :ivar guest: as it is now
    :ivar options: what the user wants
    :ivar ties: what ties it to its host, as far as that is known
    :ivar wanted: its owner's wish; None where the user's ``--method`` counts
        more
    :ivar obstacle: why Nova would refuse to live-migrate it, if it is known
    :ivar secret: which secret only its owner may read, if one is known
    """

    guest: Server
    options: DrainOptions
    ties: Ties
    wanted: Wish | None
    obstacle: Reason | None
    secret: Reason | None

    @property
    def status(self) -> str:
        """The guest's."""
        return self.guest.status

    def chosen(self, usual: Method) -> Method:
        """Return the method that the user, the owner or the state asks for."""
        if self.options.method is not None:
            return self.options.method
        if self.wanted is None or self.wanted is Wish.STAY:
            return usual
        return Method(self.wanted.value)

    @property
    def method(self) -> Method:
        """How it leaves, if nothing keeps it."""
        match self.status:
            case 'PAUSED' | 'SHUTOFF':
                usual = Method.LIVE if self.status == 'PAUSED' else Method.COLD
                shelve = self.chosen(usual) is Method.SHELVE
                return Method.SHELVE if shelve else usual
            case 'SUSPENDED':
                return Method.SHELVE
            case 'SHELVED':
                return Method.OFFLOAD
            case 'VERIFY_RESIZE':
                return Method.CONFIRM
        method = self.chosen(Method.LIVE)
        if (
            method is Method.LIVE
            and self.obstacle is not None
            and self.options.allow_cold
            and self.options.method is None
        ):
            return Method.COLD
        return method

    @property
    def cold_is_wanted(self) -> bool:
        """Whether the user or its owner wants it to go cold, come what may."""
        if self.options.method is not None:
            return self.options.method is Method.COLD
        return self.wanted is Wish.COLD

    @property
    def only_owner(self) -> bool:
        """Whether it would go cold, and only its owner could start it then."""
        return self.secret is not None and not self.cold_is_wanted

    def stays(self, code: GuestCode, **facts: typing.Any) -> Treatment:
        """Return the treatment of a guest that is in the way."""
        return Treatment(reason=Reason.of(code, **facts))

    def goes(self, code: GuestCode | None = None) -> Treatment:
        """Return the treatment of a guest that leaves."""
        reason = None if code is None else Reason.of(code)
        return Treatment(method=self.method, reason=reason)
