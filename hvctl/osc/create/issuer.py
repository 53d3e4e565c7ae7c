# SPDX-License-Identifier: Apache-2.0
"""Issues keys to the hosts of one run, the same whenever it is asked."""

from __future__ import annotations

import datetime

from hvctl.certificates import issuing
from hvctl.model import machine_ports
from hvctl.model.credentials import Credentials, Holder, Validity
from hvctl.model.machine_ports import MachinePorts
from hvctl.model.profile import Profile
from hvctl.userdata.migration import reach


class Issuer:
    """Issues by one profile, for one time."""

    def __init__(self, profile: Profile, validity: Validity) -> None:
        self._profile = profile
        self._validity = validity
        self._issued: dict[Holder, Credentials] = {}

    def issue(self, name: str, ports: MachinePorts) -> Credentials:
        """Return a host's keys and certificates.

        :raises InvalidRequest: when an authority is none, or the host has no
            address that a certificate could have
        """
        holder = Holder(names=(name,), addresses=())
        if self._profile.migration.issues:
            holder = reach.holder(self._profile, name, ports)
        if holder not in self._issued:
            self._issued[holder] = issuing.issue(
                self._profile, holder, self._validity
            )
        return self._issued[holder]

    def ends(self) -> datetime.datetime | None:
        """Return when the first certificate of every host ends.

        :returns: None where hosts get none
        :raises InvalidRequest: when an authority is none
        """
        sketch = machine_ports.sketch(self._profile)
        return self.issue('hypervisor', sketch).ends
