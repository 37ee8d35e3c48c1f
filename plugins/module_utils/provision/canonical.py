# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One text for one value: what the plan compares, sorts and digests by. Standard library only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """The value as plain JSON types: mappings with text keys, lists, text, numbers, booleans, None.

    Subclasses (Ansible tags its values) become their base type; sets become sorted lists; anything else becomes its text.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=canonical)
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    for base in (int, float):
        if isinstance(value, base):
            return base(value)
    return str.__str__(value) if isinstance(value, str) else str(value)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal text for equal values, whatever the order of their keys."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """`sha256:` and the hexadecimal SHA-256 of the canonical text."""
    return "sha256:" + hashlib.sha256(canonical(value).encode()).hexdigest()
