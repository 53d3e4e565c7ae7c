# SPDX-License-Identifier: Apache-2.0
"""The words for how far a drain has come, and how it ended."""

from __future__ import annotations

import typing

from hvctl.decide.wording import moves
from hvctl.decide.wording import text
from hvctl.decide.wording.templates import Words
from hvctl.model.codes import Code, OutcomeCode, StatusCode
from hvctl.model.reasons import Fact
from hvctl.model.reasons import Facts

_GOES_ON = 'the same command again goes on'

_HOSTS = 'openstack compute service list shows the hosts that take guests'

_IF_DEAD = (
    'start it, and type the same command again; if its machine is dead: '
    'openstack server evacuate, for each guest'
)


def _guests(fact: Fact) -> str:
    return text.counted(text.number(fact), 'guest')


def _of_guests(facts: Facts, key: str) -> str:
    return f'{facts[key]} of {_guests(facts["guests"])}'


def _moved(facts: Facts) -> str:
    stayed = f', {facts["stayed"]} stay' if facts['stayed'] else ''
    return f'{_of_guests(facts, "moved")} moved{stayed}'


def _planned(facts: Facts) -> str:
    stayed = f', {facts["stayed"]} would stay' if facts['stayed'] else ''
    return f'{_of_guests(facts, "leaving")} would leave{stayed}'


def _under_way(facts: Facts) -> str:
    stayed = f', {facts["stayed"]} stayed' if facts['stayed'] else ''
    return f'{_of_guests(facts, "moving")} under way{stayed}; {_GOES_ON}'


def _stayed(facts: Facts) -> str:
    left = facts['left_broken']
    also = f', {left} left it and failed' if left else ''
    return f'{_of_guests(facts, "stayed")} stayed on {facts["name"]}{also}'


def _migrations(facts: Facts) -> str:
    """Name each by its id and its status."""
    pairs = typing.cast('tuple[tuple[Fact, Fact], ...]', facts['migrations'])
    return ', '.join(f'{number} ({status})' for number, status in pairs)


def _plural(facts: Facts) -> str:
    migrations = typing.cast('tuple[Fact, ...]', facts['migrations'])
    return 'migration' if len(migrations) == 1 else 'migrations'


def _each_hung(facts: Facts) -> str:
    """Say what to do about each that nothing is heard of."""
    pairs = typing.cast('tuple[tuple[Fact, Fact], ...]', facts['migrations'])
    live = typing.cast('tuple[Fact, ...]', facts['live'])
    return '; '.join(
        moves.hung(
            {'server_id': server_id, 'migration_id': number, 'live': is_live}
        )
        for (number, _status), server_id, is_live in zip(
            pairs, text.each(facts['server_ids']), live, strict=True
        )
    )


def _records(facts: Facts) -> str:
    records = typing.cast('tuple[Fact, ...]', facts['migrations'])
    return (
        'no guest is left to move, but Nova has never closed '
        f'{text.counted(len(records), "migration record")}: '
        f'{_migrations(facts)}; its nova-compute was stopped meanwhile. The '
        "compute service cannot be deleted until their status in Nova's "
        'database is set to error'
    )


_STILL_THERE = (
    'no guest is left to move, but {occupants:occupants} stayed for '
    '{seconds} s'
)


def _too_many(facts: Facts) -> str:
    return (
        f'--max-draining allows {facts["most"]} to be drained at once, and '
        f'{facts["closed"]} would be{_also(facts)}'
    )


def _too_much(facts: Facts) -> str:
    allows = (
        'several at once may close'
        if facts['usual']
        else '--max-draining allows'
    )
    return (
        f'{facts["closed"]} hypervisors would be closed for drains'
        f'{_also(facts)}, {facts["percent"]}% of the {facts["capacity"]}; '
        f'{allows} {facts["limit"]}%'
    )


def _also(facts: Facts) -> str:
    others = text.each(facts['others'])
    return f' with {", ".join(others)}' if others else ''


STATUSES: dict[Code, Words] = {
    StatusCode.LOOK_INCOMPLETE: Words(
        'what Nova said of {host} was not complete; it is asked again'
    ),
    StatusCode.GUESTS_PLANNED: Words(
        _planned, facts=('leaving', 'guests', 'stayed')
    ),
    StatusCode.GUESTS_MOVED: Words(
        _moved, facts=('moved', 'guests', 'stayed')
    ),
    StatusCode.EMPTYING: Words(
        'waiting for {occupants:occupants} to go{travellers:travellers}'
    ),
    StatusCode.COLD_MIGRATIONS_OPEN: Words(
        lambda facts: (
            'waiting for cold migrations of the drain: ' + _migrations(facts)
        ),
        facts=('migrations',),
    ),
    StatusCode.SOURCE_DOWN: Words(
        'nova-compute on {host} does not report to Nova; what is under way is '
        'followed, and nothing more is sent away',
        _IF_DEAD,
    ),
    StatusCode.LIVE_MIGRATIONS_OPEN: Words(
        lambda facts: (
            'enabled; waiting for live migrations of the drain: '
            + _migrations(facts)
        ),
        facts=('migrations',),
    ),
}

_REFUSALS: dict[Code, Words] = {
    OutcomeCode.NOTHING_TO_DRAIN: Words(
        'there is no ephemeral hypervisor {name}',
        'openstack hypervisor ephemeral list shows those that there are',
    ),
    OutcomeCode.NO_SERVICE: Words(
        '{name} has no compute service to drain ({why})'
    ),
    OutcomeCode.CELL_SILENT: Words(
        'the cell of {host} does not answer, so Nova does not say what is '
        'there',
        'openstack compute service list shows when it does; then the same '
        'command again',
    ),
    OutcomeCode.NOT_REPORTING: Words(
        'nova-compute on {host} does not report to Nova, so nothing can be '
        'migrated away from it',
        _IF_DEAD,
    ),
    OutcomeCode.TOO_MANY_DRAINING: Words(
        _too_many,
        '--max-draining {closed} allows that',
        ('most', 'others'),
    ),
    OutcomeCode.TOO_MUCH_DRAINING: Words(
        _too_much,
        '--max-draining {percent}% allows that',
        ('closed', 'capacity', 'limit', 'usual', 'others'),
    ),
    OutcomeCode.SIZE_UNKNOWN: Words(
        lambda facts: (
            'how much of the cloud would be closed is not known: Nova tells '
            f'no size of {", ".join(text.each(facts["hosts"]))}'
        ),
        '--max-draining {closed} allows as many as these',
        ('hosts',),
    ),
    OutcomeCode.DESTINATION_UNKNOWN: Words(
        '--to {host}: there is no compute service on that host',
        _HOSTS,
    ),
    OutcomeCode.DESTINATION_DRAINED: Words(
        '--to {host}: it is to be drained itself',
        'leave it out of the names, or name another host',
    ),
    OutcomeCode.DESTINATION_CLOSED: Words(
        '--to {host}: its compute service is {status} and {state}',
        _HOSTS,
    ),
    OutcomeCode.STOPPED: Words(
        'stopped before {name} was disabled', 'the same command again'
    ),
    OutcomeCode.DRAINED_ONLY: Words(
        'stopped when {name} was drained, before anything of it was deleted',
        'the same command again, or: openstack hypervisor ephemeral drain '
        '--undo {name}',
    ),
}

_ENDS: dict[Code, Words] = {
    OutcomeCode.ENABLED_AGAIN: Words(
        'somebody has enabled {name} again, so guests may land on it',
        'the same command again disables it and goes on',
    ),
    OutcomeCode.BEING_UNDONE: Words(
        'somebody takes the drain of {name} back',
        'the same command again goes on with it',
    ),
    OutcomeCode.OTHERS_OPEN: Words(
        'no guest was sent away, since {names} could not be disabled and '
        'guests might land there',
        'the same command again when they can be, or without them',
    ),
    OutcomeCode.WOULD_LEAVE: Words(
        lambda facts: f'{_guests(facts["leaving"])} would leave',
        facts=('leaving',),
    ),
    OutcomeCode.IN_THE_WAY: Words(
        lambda facts: (
            f'{_of_guests(facts, "in_the_way")} in the way; nothing was moved'
        ),
        '--on-blocked continue moves the others',
        ('in_the_way', 'guests'),
    ),
    OutcomeCode.REST_IN_THE_WAY: Words(
        lambda facts: (
            f'{_of_guests(facts, "in_the_way")} in the way, so none was sent '
            f'away now; {_guests(facts["moved"])} that had been sent before '
            'moved'
        ),
        '--on-blocked continue moves the others',
        ('in_the_way', 'guests', 'moved'),
    ),
    OutcomeCode.OTHERS_IN_THE_WAY: Words(
        'none was sent away, since guests of {names} are in the way'
    ),
    OutcomeCode.UNDER_WAY: Words(
        _under_way, facts=('moving', 'guests', 'stayed')
    ),
    OutcomeCode.NOT_MOVED: Words(
        lambda facts: f'{_guests(facts["waiting"])} not moved; {_GOES_ON}',
        facts=('waiting',),
    ),
    OutcomeCode.TIME_SHORT: Words(
        lambda facts: (
            f'{_guests(facts["waiting"])} not sent away, since the time '
            f'(--timeout) would have ended first; {_GOES_ON}'
        ),
        facts=('waiting',),
    ),
    OutcomeCode.GUESTS_STAYED: Words(
        _stayed, facts=('name', 'stayed', 'left_broken', 'guests')
    ),
    OutcomeCode.RECORDS_OPEN: Words(_records, facts=('migrations',)),
    OutcomeCode.MIGRATIONS_STAYED: Words(
        _STILL_THERE + '{travellers:travellers}',
        'see openstack server migration list',
    ),
    OutcomeCode.ALLOCATIONS_STAYED: Words(
        _STILL_THERE,
        'when no server of these ids is on it, for each: openstack resource '
        'provider allocation unset --provider {provider_id} <id>',
    ),
    OutcomeCode.ALLOCATIONS_UNKNOWN: Words(
        'no guest is left to move, but no resource provider of {name} is '
        'found, so that nobody knows whether its allocations are gone',
        'openstack resource provider list; type the same command again when '
        'it is there',
    ),
    OutcomeCode.TEST_GUEST_LEFT: Words(
        'a test guest of hvctl is left on {name}',
        lambda facts: (
            'openstack server delete '
            + ' '.join(text.each(facts['server_ids']))
        ),
        ('server_ids',),
    ),
    OutcomeCode.LEFT_AS_ASKED: Words(
        lambda facts: f'{_guests(facts["guests"])} left, as was asked for',
        facts=('guests',),
    ),
    OutcomeCode.HAD_NO_GUESTS: Words('had no guests'),
}

_UNDONE: dict[Code, Words] = {
    OutcomeCode.NO_DRAIN: Words(
        'there is no drain of an ephemeral hypervisor {name}'
    ),
    OutcomeCode.DISABLED_OTHERWISE: Words(
        '{name} is disabled for a reason that is not a drain ({reason}); it '
        'stays so'
    ),
    OutcomeCode.ENABLED_IN_PART: Words(
        lambda facts: (
            'it is enabled again, but '
            + '; '.join(text.each(facts['messages']))
        ),
        facts=('messages',),
    ),
    OutcomeCode.DRAINED_AGAIN: Words(
        'somebody drains {name} again meanwhile',
        'the same command again takes that back',
    ),
    OutcomeCode.COLD_OF_OTHERS: Words(
        lambda facts: (
            'it is enabled again, but another user is to confirm the cold '
            f'{_plural(facts)} {_migrations(facts)}'
        ),
        lambda facts: ' && '.join(
            f'openstack server migration confirm {server_id}'
            for server_id in text.each(facts['server_ids'])
        ),
        ('migrations', 'server_ids'),
    ),
    OutcomeCode.MIGRATIONS_SILENT: Words(
        lambda facts: (
            'it is enabled again, but Nova has told nothing new for long of '
            f'the {_plural(facts)} {_migrations(facts)}'
        ),
        _each_hung,
        ('migrations', 'server_ids', 'live'),
    ),
    OutcomeCode.WAS_NOT_DRAINED: Words('was not being drained'),
}

OUTCOMES: dict[Code, Words] = _REFUSALS | _ENDS | _UNDONE

WORDS: dict[Code, Words] = STATUSES | OUTCOMES
