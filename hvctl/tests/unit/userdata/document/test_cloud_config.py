# SPDX-License-Identifier: Apache-2.0
"""Tests of how cloud-configs are written."""

from __future__ import annotations

import typing
import unittest
from unittest import mock

import hypothesis
from hypothesis import strategies as st
import yaml

from hvctl.userdata.document import cloud_config

_TEXTS = st.text(
    st.characters(codec='utf-8', exclude_categories=['Cc'])
    | st.sampled_from('\n\n \t:#-')
)


def written(config: dict[str, typing.Any]) -> list[str]:
    """Write a document with libyaml, where that is there, and without."""
    with mock.patch.object(
        cloud_config, 'DUMPER', cloud_config.dumper(yaml.SafeDumper)
    ):
        slow = cloud_config.write(config)
    return [cloud_config.write(config), slow]


class TestWrite(unittest.TestCase):
    """A document."""

    @hypothesis.given(st.dictionaries(_TEXTS, st.lists(_TEXTS)))
    def test_is_read_as_written(self, config: dict[str, list[str]]) -> None:
        """No text becomes another one."""
        self.assertEqual([config] * 2, [*map(yaml.safe_load, written(config))])

    def test_lines(self) -> None:
        """A text of several lines is readable."""
        self.assertEqual(
            ['#cloud-config\ncontent: |\n  one\n  two\n'] * 2,
            written({'content': 'one\ntwo\n'}),
        )
