# SPDX-License-Identifier: Apache-2.0
"""Holds what the files say, and builds profiles of it.

An invalid profile is reported when it is used.
"""

from __future__ import annotations

import dataclasses
import difflib
import pathlib

from hvctl import exceptions
from hvctl.model.profile import Profile
from hvctl.profiles import build
from hvctl.profiles import check
from hvctl.profiles import tree

#: What may stand in the file of secrets: all that is text for the machine.
_SECRET_KEYS = ('secrets', 'nova', 'neutron')


class Library:
    """The profiles of one file and its secrets."""

    def __init__(
        self,
        path: pathlib.Path,
        secure_path: pathlib.Path,
        main: dict[str, tree.Value],
        secure: dict[str, tree.Value] | None,
    ) -> None:
        self.path = path
        self.secure_path = secure_path
        self._main = main
        self._secure = secure or {}
        for name, value in self._secure.items():
            if name not in main:
                raise exceptions.InvalidRequest(
                    f'{value.place}: profiles.{name}: there is no such '
                    f'profile in {path}'
                )

    def names(self) -> tuple[str, ...]:
        """Return the names of all profiles, in the order of the file."""
        return tuple(self._main)

    def get(self, name: str) -> Profile:
        """Return a profile, fully merged.

        :raises InvalidRequest: when there is none of that name, or it is
            wrong; the first thing that is
        """
        found, problems = self._merged(name)
        if not problems:
            profile, problems = build.build(
                name, found, self.path, self.secure_path
            )
            if not problems:
                return profile
        raise exceptions.InvalidRequest(str(problems[0]))

    def problems(self, name: str) -> tuple[str, ...]:
        """Return all that is wrong with a profile, a sentence each.

        :raises InvalidRequest: when there is none of that name
        """
        found, problems = self._merged(name)
        if not problems:
            _, problems = build.build(name, found, self.path, self.secure_path)
        return tuple(map(str, problems))

    def extends(self, name: str) -> str:
        """Return the name of the profile that one extends, or nothing."""
        value = self._main[name].get('extends')
        return value.text if value is not None else ''

    def _merged(self, name: str) -> tuple[tree.Value, list[tree.Problem]]:
        """Lay a profile over those that it extends."""
        if name not in self._main:
            raise exceptions.InvalidRequest(
                f'no profile {name!r} in {self.path}{self._meant(name)}'
            )
        problems: list[tree.Problem] = []
        chain = self._chain(name, problems)
        for link in chain:
            for value in (self._main[link], self._secure.get(link)):
                if value is not None:
                    problems += self._check(value, link)
        merged = self._own(chain[0])
        for link in chain[1:]:
            merged = _lay_over(merged, self._own(link))
        problems.sort(key=lambda p: (p.place.path, p.place.line))
        return merged, problems

    def _own(self, name: str) -> tree.Value:
        main = self._main[name]
        if main.content is None:
            main = dataclasses.replace(main, content={})
        secure = self._secure.get(name)
        if secure is None or secure.content is None:
            return main
        return dataclasses.replace(
            tree.merge(main, secure), place=main.place, secret=False
        )

    def _chain(self, name: str, problems: list[tree.Problem]) -> list[str]:
        """Return the names from the one below all to the one asked for."""
        chain = [name]
        while (value := self._main[chain[-1]].get('extends')) is not None:
            if not isinstance(value.content, str):
                break  # what it has to be is for the schema to say
            key = f'profiles.{chain[-1]}.extends'
            words = ''
            if value.content in chain:
                loop = chain[chain.index(value.content) :]
                words = f'a loop: {" -> ".join([*loop, value.content])}'
            elif value.content not in self._main:
                words = (
                    f'there is no profile {value.content!r}'
                    f'{self._meant(value.content)}'
                )
            if words:
                problems.append(
                    tree.Problem(place=value.place, key=key, words=words)
                )
                break
            chain.append(value.content)
        return chain[::-1]

    def _meant(self, name: str) -> str:
        near = difflib.get_close_matches(name, self._main, n=1)
        if near:
            return f'; did you mean {near[0]}?'
        return f'; there are: {", ".join(self._main) or "none at all"}'

    def _check(self, value: tree.Value, name: str) -> list[tree.Problem]:
        key = f'profiles.{name}'
        if value.content is None:
            return []
        problems = list(check.profile(value, key))
        for below, found in value.mapping.items():
            words = ''
            if value.secret and below not in _SECRET_KEYS:
                words = f'no secret; it belongs in {self.path}'
            if not value.secret and below == 'secrets':
                words = f'belongs in {self.secure_path}, which only you read'
            if words:
                problems.append(
                    tree.Problem(
                        place=found.place, key=f'{key}.{below}', words=words
                    )
                )
        return problems


#: What has other keys for each choice, with the key that chooses.
_CHOICES = (
    (('networking',), 'kind'),
    (('migration', 'live'), 'transport'),
    (('migration', 'cold'), 'transport'),
)


def _lay_over(below: tree.Value, above: tree.Value) -> tree.Value:
    """Lay a profile over another; the keys of another choice do not mix."""
    for path, choice in _CHOICES:
        new, old = above.at((*path, choice)), below.at((*path, choice))
        if new and old and new.content != old.content:
            below = _without(below, path)
    return tree.merge(below, above)


def _without(value: tree.Value, path: tuple[str, ...]) -> tree.Value:
    """Take away what is there."""
    first, *rest = path
    content = dict(value.mapping)
    if rest:
        content[first] = _without(content[first], tuple(rest))
    else:
        del content[first]
    return dataclasses.replace(value, content=content)
