# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the evidence folder. Never raises for what a file holds: a document that cannot be used says why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SINGLE = ("timeline", "seed", "rollout", "backup", "drill")
#: Documents of verbs that only look; a run need not leave them.
LOOKS = ("plan", "drift")
#: Documents of the platform's use, in the order of a run; a run need not leave them.
USES = ("migration", "smoke", "journey", "load")
READ = "read"
MISSING = "missing"
UNREADABLE = "unreadable"
# The largest document of a run with a thousand workloads is a few megabytes; more is a mistake, not evidence.
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Document:
    """One evidence file. `state` is read, missing or unreadable; `data` is empty unless it was read; `size` in bytes."""

    path: str
    state: str
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class Evidence:
    """All documents of a folder: the single ones by name, components and past rollouts in the order of their names."""

    single: Mapping[str, Document]
    components: tuple[Document, ...] = ()
    rollouts: tuple[Document, ...] = ()
    looks: Mapping[str, Document] = field(default_factory=dict)
    uses: Mapping[str, Document] = field(default_factory=dict)

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in the order in which a run writes them."""
        last = tuple(self.single[name] for name in SINGLE if name != "timeline")
        looks = tuple(one for one in self.looks.values() if one.state != MISSING)
        uses = tuple(one for one in self.uses.values() if one.state != MISSING)
        return (self.single["timeline"], *self.components, *last, *self.rollouts, *uses, *looks)


def collect(folder: Path) -> Evidence:
    """The evidence in `folder`, which may be partial or absent altogether."""
    return Evidence(
        single={name: read(folder, f"{name}.json") for name in SINGLE},
        components=_all(folder, "provision"),
        rollouts=_all(folder, "rollouts"),
        looks={name: read(folder, f"{name}.json") for name in LOOKS},
        uses={name: read(folder, f"{name}.json") for name in USES},
    )


def _all(folder: Path, below: str) -> tuple[Document, ...]:
    names = sorted(path.name for path in (folder / below).glob("*.json"))
    return tuple(read(folder, f"{below}/{name}") for name in names)


def read(folder: Path, path: str) -> Document:
    """The document at `path` below `folder`."""
    try:
        size = (folder / path).stat().st_size
        if size > LARGEST:
            return Document(path, UNREADABLE, f"{size} bytes, more than {LARGEST} bytes", size=size)
        content = (folder / path).read_bytes()
    except FileNotFoundError:
        return Document(path, MISSING, "no such file")
    except OSError as error:
        return Document(path, UNREADABLE, error.strerror or str(error))
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        data = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return Document(path, UNREADABLE, f"not JSON: {error}", sha256=sha256, size=len(content))
    if not isinstance(data, dict):
        return Document(path, UNREADABLE, "not a JSON object", sha256=sha256, size=len(content))
    return Document(path, READ, "", data, sha256, len(content))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
