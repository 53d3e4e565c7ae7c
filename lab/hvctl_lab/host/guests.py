# SPDX-License-Identifier: Apache-2.0
"""Remembers a host's guests over restarts, one small file for each.

It replaces the dictionary in which Nova's fake driver keeps its instances,
which is empty after every start of nova-compute.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
import json
import pathlib


class Guest:
    """One guest; setting its state saves it."""

    def __init__(
        self, file: pathlib.Path, name: str, state: int, uuid: str
    ) -> None:
        self._file = file
        self._state = state
        self.name = name
        self.uuid = uuid

    @property
    def state(self) -> int:
        """The power state, one of nova.compute.power_state."""
        return self._state

    @state.setter
    def state(self, state: int) -> None:
        self._state = state
        self.save()

    def save(self) -> None:
        """Write the guest's file, all or nothing."""
        unfinished = self._file.with_suffix('.new')
        unfinished.write_text(
            json.dumps({'name': self.name, 'state': self._state})
        )
        unfinished.rename(self._file)


class Guests(MutableMapping[str, Guest]):
    """The guests of this host by uuid."""

    def __init__(self, directory: pathlib.Path) -> None:
        """Load the guests of earlier runs.

        :param directory: where the files are; made if it is not there
        """
        directory.mkdir(exist_ok=True)
        self._directory = directory
        self._guests: dict[str, Guest] = {}
        for file in directory.glob('*.json'):
            content = json.loads(file.read_text())
            self._guests[file.stem] = Guest(
                file, content['name'], content['state'], file.stem
            )

    def __getitem__(self, uuid: str) -> Guest:
        return self._guests[uuid]

    def __setitem__(self, uuid: str, instance: Guest) -> None:
        # Nova's driver passes instances of its own class.
        guest = Guest(
            self._directory / f'{uuid}.json',
            instance.name,
            instance.state,
            uuid,
        )
        guest.save()
        self._guests[uuid] = guest

    def __delitem__(self, uuid: str) -> None:
        del self._guests[uuid]
        (self._directory / f'{uuid}.json').unlink(missing_ok=True)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._guests))

    def __len__(self) -> int:
        return len(self._guests)
