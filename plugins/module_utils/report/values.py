# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading evidence without believing it: a value of the wrong type is an absent value. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def text(value: Any) -> str:
    """The value as a string; empty when there is none or it is a structure."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def number(value: Any) -> float | None:
    """The value when it is a finite number that is not negative, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def integer(value: Any) -> int | None:
    """The value as a count, else None."""
    found = number(value)
    return None if found is None or found != int(found) else int(found)


def flag(value: Any) -> bool | None:
    """The value when it is true or false, else None."""
    return value if isinstance(value, bool) else None


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings among the items of a list; anything else is left out."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The items of a list as strings, empty ones left out."""
    return [found for found in (text(item) for item in value) if found] if isinstance(value, list) else []


def moment(value: Any) -> datetime | None:
    """A time of the evidence (ISO 8601 with an offset) in UTC. None when it cannot be read or has no offset."""
    try:
        found = datetime.fromisoformat(text(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
