# SPDX-License-Identifier: Apache-2.0
"""Writes the cloud-configs that are ours."""

from __future__ import annotations

import typing

import yaml

_HEADER = '#cloud-config\n'


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar(
        'tag:yaml.org,2002:str', text, style='|' if '\n' in text else None
    )


def dumper(of: typing.Any) -> typing.Any:
    """Return a dumper that writes texts of several lines as they are.

    :param of: the class of a safe dumper
    """
    made: typing.Any = type('Dumper', (of,), {})
    made.add_representer(str, _represent_text)
    return made


#: Without libyaml it takes ten times longer; both are read as the same.
DUMPER = dumper(getattr(yaml, 'CSafeDumper', yaml.SafeDumper))


def write(config: dict[str, typing.Any]) -> str:
    """Write a cloud-config, with its first line."""
    return _HEADER + yaml.dump(config, Dumper=DUMPER, sort_keys=False)
