# SPDX-License-Identifier: Apache-2.0
"""Writes the ini text that oslo.config and supervisor read."""

from __future__ import annotations

from collections.abc import Mapping

Options = Mapping[str, str | int | bool]
Sections = Mapping[str, Options]


def render(sections: Sections) -> str:
    """Turn sections of options into the text of a configuration file.

    :param sections: the options of each section, in the order to write
    :returns: the text, ending in a newline
    """
    blocks = []
    for name, options in sections.items():
        lines = [f'[{name}]']
        lines += [f'{key} = {value}' for key, value in options.items()]
        blocks.append('\n'.join(lines) + '\n')
    return '\n'.join(blocks)
