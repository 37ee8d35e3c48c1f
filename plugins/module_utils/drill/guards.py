# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides what a sweeper may remove, so that it can never remove anything but a dead drill's copy. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.drill.naming import (
    PREFIX,
    TAG_EXPIRES,
    TAG_RUN,
    TAG_SOURCE,
    NamingError,
    copy_name,
)


@dataclass(frozen=True)
class Owner:
    """The process that runs a drill: host name, pid, and the kernel's start time of the pid, so that reuse is seen."""

    host: str = ""
    pid: int = 0
    started: int = 0


@dataclass(frozen=True)
class Intent:
    """What a drill wrote down before it created its copy. `expires` is UTC ISO 8601."""

    platform: str
    environment: str
    run: str
    source: str
    copy: str
    expires: str
    owner: Owner = Owner()

    def text(self) -> str:
        """The value of the parameter that holds the intent."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def parse(text: str) -> Intent:
        """The intent that `text` made. Raises ValueError with what is wrong."""
        try:
            value = json.loads(text)
            return Intent(**{**value, "owner": Owner(**value["owner"])})
        except (TypeError, KeyError, json.JSONDecodeError) as error:
            raise ValueError(f"not the intent of a drill: {error}") from error


@dataclass(frozen=True)
class Found:
    """An RDS instance as the sweeper sees it."""

    name: str
    tags: Mapping[str, str]
    protected: bool = False


REMOVE, KEEP, FORGET = "remove", "keep", "forget"


@dataclass(frozen=True)
class Decision:
    """REMOVE the instance, KEEP it, or FORGET an intent that has no instance; with the reason as a sentence."""

    action: str
    reason: str


def judge(
    intent: Intent,
    found: Found | None,
    *,
    platform: str,
    environment: str,
    sources: Collection[str],
    now: datetime,
    owner_alive: bool | None,
    closing: str = "",
) -> Decision:
    """What to do about `intent`. `sources` are identifiers that are never removed; `owner_alive` None means nobody can say.

    An instance is removed only when every one of these holds: an intent names it; its name is the one that intent's run and
    source give; it bears the three tags with the same run and source, and the environment's own; it is no source, of any
    intent; it is not protected; and the run is `closing`, has expired, or its process on this host is gone.
    """
    doubt = _doubt(intent, platform, environment, sources) or (_mismatch(intent, found) if found else "")
    if doubt:
        return Decision(KEEP, doubt)
    over = _over(intent, now, owner_alive, closing)
    if not over:
        return Decision(KEEP, f"drill {intent.run} may still run, until {intent.expires}")
    return Decision(REMOVE if found else FORGET, over)


def _doubt(intent: Intent, platform: str, environment: str, sources: Collection[str]) -> str:
    if (intent.platform, intent.environment) != (platform, environment):
        return f"the intent belongs to {intent.platform} {intent.environment}"
    try:
        expected = copy_name(intent.source, intent.run)
    except NamingError as error:
        return str(error)
    if intent.copy != expected:
        return f"the intent names {intent.copy}, but its run and source give {expected}"
    if intent.copy in {*sources, intent.source} or not intent.copy.startswith(PREFIX):
        return f"{intent.copy} is a source, not a copy"
    return ""


def _mismatch(intent: Intent, found: Found) -> str:
    """Why the instance cannot be the intent's, or ""."""
    expected = {
        TAG_RUN: intent.run,
        TAG_SOURCE: intent.source,
        "platform": intent.platform,
        "environment": intent.environment,
    }
    if found.name != intent.copy:
        return f"{found.name} is not {intent.copy}"
    for tag, value in expected.items():
        if found.tags.get(tag) != value:
            return f"{found.name}: tag {tag} is {found.tags.get(tag)!r}, not {value!r}"
    if TAG_EXPIRES not in found.tags:
        return f"{found.name}: tag {TAG_EXPIRES} is missing"
    if found.protected:
        return f"{found.name} is protected against deletion, which no drill's copy is"
    return ""


def _over(intent: Intent, now: datetime, owner_alive: bool | None, closing: str) -> str:
    """Why the drill is over, or "" when it may still run."""
    if intent.run == closing:
        return f"drill {intent.run} is closing"
    try:
        expires = datetime.fromisoformat(intent.expires.replace("Z", "+00:00"))
    except ValueError:
        return ""
    if expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    if now >= expires:
        return f"drill {intent.run} expired at {intent.expires}"
    if owner_alive is False:
        return f"the process of drill {intent.run} ({intent.owner.host}, {intent.owner.pid}) is gone"
    return ""


def unclaimed(found: Collection[Found], intents: Collection[Intent]) -> list[Found]:
    """Instances named or tagged like a drill's copy that no intent names: reported, never removed."""
    claimed = {intent.copy for intent in intents}
    return [
        each for each in found if each.name not in claimed and (each.name.startswith(PREFIX) or TAG_RUN in each.tags)
    ]


def summary(decisions: Mapping[str, Decision]) -> list[dict[str, Any]]:
    """Decisions as rows for output."""
    return [{"name": name, "action": each.action, "reason": each.reason} for name, each in sorted(decisions.items())]
