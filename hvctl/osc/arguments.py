# SPDX-License-Identifier: Apache-2.0
"""Arguments that several commands have, and the types of their values."""

from __future__ import annotations

import argparse
import datetime

from hvctl.i18n import _

#: Bare metal takes its minutes, a large machine's memory check alone ten.
DEFAULT_TIMEOUT = 3600


def add_names(parser: argparse.ArgumentParser, text: str) -> None:
    """Add the names that a batch works on."""
    parser.add_argument('names', metavar='<name>', nargs='+', help=text)


def add_profile(parser: argparse.ArgumentParser) -> None:
    """Add the profile that a command is about."""
    parser.add_argument(
        'profile', metavar='<profile>', help=_('Name of the profile')
    )


def add_profiles_file(parser: argparse.ArgumentParser) -> None:
    """Add where the profiles are."""
    parser.add_argument(
        '--profiles-file',
        metavar='<file>',
        help=_(
            'File with the profiles (Env: HVCTL_PROFILES_FILE) (default: the '
            'first of ./hvctl.yaml, ~/.config/openstack/hvctl.yaml and '
            '/etc/openstack/hvctl.yaml)'
        ),
    )


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """Add the time limit for the whole."""
    parser.add_argument(
        '--timeout',
        metavar='<seconds>',
        type=positive,
        default=DEFAULT_TIMEOUT,
        help=_(
            'Seconds after which to stop waiting; the same command again '
            'goes on (default: %(default)s)'
        ),
    )


def number(text: str) -> int:
    """Read a whole number that is not below 0."""
    try:
        found = int(text)
    except ValueError:
        found = -1
    if found < 0:
        raise argparse.ArgumentTypeError(_('%r is not a whole number') % text)
    return found


def positive(text: str) -> int:
    """Read a whole number above 0."""
    if not (found := number(text)):
        raise argparse.ArgumentTypeError(
            _('%r is not a whole number above 0') % text
        )
    return found


def address(text: str) -> str:
    """Read an IP address."""
    import ipaddress

    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def duration(text: str) -> float:
    """Read a duration, in seconds."""
    from hvctl.model import duration

    try:
        return duration.seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def span(text: str) -> datetime.timedelta:
    """Read a duration."""
    return datetime.timedelta(seconds=duration(text))


def moment(text: str) -> datetime.datetime:
    """Read a moment."""
    from hvctl.model import moments

    found = moments.read(text)
    if found is None:
        raise argparse.ArgumentTypeError(
            _('%r is no time in ISO 8601, as in 2026-12-01T08:00') % text
        )
    return found


def span_or_moment(text: str) -> datetime.timedelta | datetime.datetime:
    """Read a duration or a moment."""
    from hvctl.model import moments

    found = moments.read(text)
    return span(text) if found is None else found


#: The longest value that Nova takes in a server's metadata.
_LONGEST_VALUE = 255


def sentence(text: str) -> str:
    """Read a text for the metadata of a server: one line, not empty."""
    line = ' '.join(text.split())
    if not line:
        raise argparse.ArgumentTypeError(_('it is empty'))
    if len(line) > _LONGEST_VALUE:
        raise argparse.ArgumentTypeError(
            _('it has %(length)d characters, and Nova takes %(most)d')
            % {'length': len(line), 'most': _LONGEST_VALUE}
        )
    return line
