# SPDX-License-Identifier: Apache-2.0
"""Decides when the next look is taken."""

from __future__ import annotations

#: Seconds between two looks: a tenth of the time since anything changed, so
#: that no phase is noticed much later than it could be, within bounds.
SHORTEST = 1.0
LONGEST = 5.0
_SHARE = 0.1

#: While guests are under way: a twentieth of what the quickest has taken, and
#: up to so many seconds while none can be through.
_OF_MOVE = 0.05
_WHILE_BUSY = 15.0


class Pace:
    """The pauses between the looks of a run.

    While guests are under way, the quickest of those before tells when the
    next may be through, and how late it is well to notice that.

    :param now: in seconds, as everywhere here
    """

    def __init__(self, now: float) -> None:
        self._changed = now
        self._under_way: dict[str, float] = {}
        self._most = 0
        self._quickest: float | None = None
        self._hurried = False

    def hurry(self, wanted: bool) -> None:
        """Note whether nothing is waited for but the next look.

        Where that tells no more, the one after it is not hurried.
        """
        self._hurried = wanted and not self._hurried

    def changed(self, now: float) -> None:
        """Note that something has changed."""
        self._changed = now

    def began(self, guest_id: str, now: float) -> None:
        """Note that a guest is under way."""
        self._under_way[guest_id] = now
        self._most = max(self._most, len(self._under_way))

    def ended(
        self, guest_id: str, now: float, took: float | None = None
    ) -> None:
        """Note that a guest is not, or no longer, under way.

        :param took: for how long it was, where Nova tells: by our own looks
            none would be quicker than those before, when the next is due
        """
        since = self._under_way.pop(guest_id, None)
        if since is None:
            return
        seen = now - since
        took = seen if took is None else min(took, seen)
        if self._quickest is None or took < self._quickest:
            self._quickest = took

    def pause(self, now: float, last: float) -> float:
        """Return the seconds until the next look.

        :param last: how many the last look took; while guests are under way,
            the services shall not spend more time on us than on others
        """
        if self._hurried:
            return 0.0
        pause = max(SHORTEST, (now - self._changed) * _SHARE)
        if not self._under_way:
            return min(pause, LONGEST)
        # Where fewer are than have been, another one may soon begin.
        if self._quickest is not None and len(self._under_way) == self._most:
            # The request has taken a moment, too.
            due = min(self._under_way.values()) + self._quickest + SHORTEST
            if due > now:
                return max(min(due - now, _WHILE_BUSY), SHORTEST, last)
            pause = max(pause, self._quickest * _OF_MOVE)
        return max(min(pause, LONGEST), last)
