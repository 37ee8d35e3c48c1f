# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters that only an earlier call of the same steps can answer, such as the id of what it made. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answered:
    """Stands in a call's parameters for a value of an earlier answer.

    call: its place among the calls. path: keys of mappings and places in lists.
    """

    path: tuple[str | int, ...]
    call: int = 0


def filled(parameters: Mapping[str, Any], answers: Sequence[Any]) -> dict[str, Any]:
    """`parameters` with each Answered among their values replaced. Raises KeyError for a path that the answer has not."""
    return {
        name: _value(value, answers) if isinstance(value, Answered) else value for name, value in parameters.items()
    }


def _value(wanted: Answered, answers: Sequence[Any]) -> Any:
    value = answers[wanted.call]
    for key in wanted.path:
        value = value[key]
    return value
