# SPDX-License-Identifier: Apache-2.0
"""How the lab says what it is doing, without printing it itself."""

from collections.abc import Callable
import typing

#: Takes what is being done, in a few words.
Report: typing.TypeAlias = Callable[[str], None]
