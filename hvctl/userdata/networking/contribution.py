# SPDX-License-Identifier: Apache-2.0
"""What a kind of networking brings to a host's set-up."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses

from hvctl.model.profile import Family, Sections

#: A service's units, one of which a distribution has.
Units = tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What connects the guests, as files, tables and services.

    :ivar nova: options of nova.conf
    :ivar files: options of each of the agents' files, by path
    :ivar shared: options of the agents that stand in neutron.conf
    :ivar copies: files that a distribution has an agent read in its place
    :ivar tables: the lines for the scripts that run at every boot, by
        script's name, in the order in which they run
    :ivar placed: further files that are no secret, by path
    :ivar switches: services that come before those scripts
    :ivar agents: services that come after them, in their order
    :ivar packages: what is to be installed, where the profile does not say
    """

    nova: Sections = dataclasses.field(default_factory=dict)
    files: Mapping[str, Sections] = dataclasses.field(default_factory=dict)
    shared: Sections = dataclasses.field(default_factory=dict)
    copies: tuple[str, ...] = ()
    tables: Mapping[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
    placed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    switches: tuple[Units, ...] = ()
    agents: tuple[Units, ...] = ()
    packages: Mapping[Family, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
