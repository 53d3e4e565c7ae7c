# SPDX-License-Identifier: Apache-2.0
"""What a way of migrations brings to a host's set-up."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses

from hvctl.model import secret
from hvctl.model.profile import Family, Sections
from hvctl.model.secret import Secret
from hvctl.userdata import host_file


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Files, lines of the plan and options.

    :ivar nova: options of nova.conf
    :ivar before: lines of the plan that come before the files are placed
    :ivar files: in their order
    :ivar after: lines of the plan that come after that, before libvirt starts
    :ivar proofs: lines of the plan that see before nova-compute starts whether
        others reach the host
    :ivar packages: what is to be installed, where the profile does not say
    :ivar ssh_keys: of the host's daemon, as cloud-init takes them
    """

    nova: Sections = dataclasses.field(default_factory=dict)
    before: tuple[str, ...] = ()
    files: tuple[host_file.File, ...] = ()
    after: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()
    packages: Mapping[Family, tuple[str, ...]] = dataclasses.field(
        default_factory=dict
    )
    ssh_keys: Mapping[str, str] = dataclasses.field(
        default_factory=dict, repr=False
    )


def shown(hidden: Secret, *, reveal: bool) -> str:
    """Return a secret as a file has it, or a mask."""
    return hidden.reveal() if reveal else f'{secret.MASK}\n'


def placed(
    path: str,
    text: str,
    mode: str = '0644',
    owner: tuple[str, str] = host_file.ROOT,
) -> host_file.File:
    """Describe a file that the set-up puts where it belongs."""
    if not text.endswith('\n'):
        text += '\n'
    return host_file.File(
        path=path, text=text, mode=mode, owner=owner, staged=True
    )
