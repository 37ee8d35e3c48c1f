# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes the copies of dead drills: what is there, what the guards say, and doing it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws import parameters
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds import instances
from ansible_collections.creator.platform.plugins.module_utils.drill import guards
from ansible_collections.creator.platform.plugins.module_utils.drill.guards import Found, Intent
from ansible_collections.creator.platform.plugins.module_utils.drill.naming import intent_folder
from ansible_collections.creator.platform.plugins.module_utils.sweep.owner import alive


@dataclass
class Sweep:
    """What a sweep came to: names removed, what is left that should not be, and what was kept with the reason."""

    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    unclaimed: list[str] = field(default_factory=list)


def record_intent(client: Any, intent: Intent, tags: dict[str, str]) -> str:
    """Write `intent` to Parameter Store before anything is created; the parameter's name."""
    name = f"{intent_folder(intent.platform, intent.environment)}/{intent.run}"
    try:
        with instances.translated():
            parameters.write(client, {name: intent.text()}, {}, tags)
    except AwsError as error:
        if (
            error.code != "ParameterAlreadyExists"
        ):  # nobody else has this run's name: the answer to the first try was lost
            raise
    return name


def sweep(
    rds: Any,
    ssm: Any,
    *,
    platform: str,
    environment: str,
    sources: Collection[str],
    now: datetime,
    pace: instances.Pace,
    closing: str = "",
    dry: bool = False,
) -> Sweep:
    """Remove every copy that `guards.judge` gives free, then its intent. With `closing`, that run's only.

    With `dry` nothing is written; `removed` then tells what would be. What cannot be removed is in `left`, with the reason.
    """
    result = Sweep()
    with instances.translated():
        stored = parameters.read_path(ssm, intent_folder(platform, environment))
    found = {
        each["DBInstanceIdentifier"]: Found(
            each["DBInstanceIdentifier"], instances.tags_of(each), bool(each.get("DeletionProtection"))
        )
        for each in instances.every(rds)
    }
    intents: dict[str, Intent] = {}
    for name, text in sorted(stored.items()):
        try:
            intents[name] = Intent.parse(text)
        except ValueError as error:
            result.kept.append({"name": name, "action": guards.KEEP, "reason": str(error)})
    origins = {*sources, *(intent.source for intent in intents.values())}
    for name, intent in intents.items():
        if closing and intent.run != closing:
            continue
        decision = guards.judge(
            intent,
            found.get(intent.copy),
            platform=platform,
            environment=environment,
            sources=origins,
            now=now,
            owner_alive=alive(intent.owner),
            closing=closing,
        )
        if decision.action == guards.KEEP:
            result.kept.append({"name": intent.copy, "action": guards.KEEP, "reason": decision.reason})
            if closing:
                result.left.append(f"{intent.copy} ({decision.reason})")
        elif dry:
            result.removed.append(intent.copy)
        else:
            _remove(rds, ssm, name, intent.copy, decision=decision, pace=pace, result=result)
    ours = {"platform": platform, "environment": environment}
    result.unclaimed = [
        each.name
        for each in guards.unclaimed(list(found.values()), list(intents.values()))
        if all(each.tags.get(key) == value for key, value in ours.items())
    ]
    return result


def _remove(
    rds: Any, ssm: Any, name: str, copy: str, *, decision: guards.Decision, pace: instances.Pace, result: Sweep
) -> None:
    try:
        if decision.action == guards.REMOVE:
            instances.delete(rds, copy, pace)
            result.removed.append(copy)
        with instances.translated():
            parameters.delete(ssm, [name])
    except AwsError as error:
        result.left.append(f"{copy} ({error})")
