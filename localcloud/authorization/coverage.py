"""Which statements of policies were used, by the record of requests: pure.

A statement that no request of a whole life cycle needed is superfluous, and a refused call is a statement that is missing.
https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.authorization.patterns import matches
from localcloud.authorization.policy import ALLOW, Policy


@dataclass
class Use:
    """One statement. actions: IAM action -> how often the statement allowed it; idle: its patterns that nothing met."""

    policy: str
    statement: str
    effect: str
    actions: dict[str, int] = field(default_factory=dict)
    idle: tuple[str, ...] = ()

    @property
    def calls(self) -> int:
        """How often the statement decided."""
        return sum(self.actions.values())


@dataclass(frozen=True)
class Refusal:
    """A refused call, and how often it was."""

    service: str
    operation: str
    action: str
    resource: str
    kind: str
    times: int


@dataclass(frozen=True)
class Coverage:
    """What a role's calls say of its policies. requests: how many were judged."""

    requests: int
    statements: tuple[Use, ...]
    refusals: tuple[Refusal, ...]

    @property
    def unused(self) -> tuple[Use, ...]:
        """Allowing statements that decided nothing. A deny that never struck is no waste."""
        return tuple(use for use in self.statements if use.effect == ALLOW and not use.calls)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "requests": self.requests,
            "statements": [
                {
                    "policy": use.policy,
                    "statement": use.statement,
                    "effect": use.effect,
                    "calls": use.calls,
                    "actions": dict(sorted(use.actions.items())),
                    "idle": list(use.idle),
                }
                for use in self.statements
            ],
            "unused": [{"policy": use.policy, "statement": use.statement} for use in self.unused],
            "refusals": [vars(refusal) for refusal in self.refusals],
        }


def coverage(records: Iterable[Mapping[str, Any]], policies: Iterable[Policy], role: str | None = None) -> Coverage:
    """The use of every statement of `policies`. records: of requests; role: ARN of the role whose calls count, None for all."""
    uses = {
        (policy.name, statement.name): Use(policy.name, statement.name, statement.effect)
        for policy in policies
        for statement in policy.statements
    }
    judged = 0
    refusals: dict[tuple[str, str, str, str, str], int] = {}
    for record in records:
        decision = record.get("decision")
        if not decision or (role is not None and decision.get("role") != role):
            continue
        judged += 1
        for spoken in decision["statements"]:
            use = uses.get((spoken["policy"], spoken["statement"]))
            if use is not None:
                use.actions[spoken["action"]] = use.actions.get(spoken["action"], 0) + 1
        if not decision["allowed"]:
            key = (record["service"], record["action"], decision["action"], decision["resource"], decision["kind"])
            refusals[key] = refusals.get(key, 0) + 1
    for policy in policies:
        for statement in policy.statements:
            use = uses[policy.name, statement.name]
            use.idle = () if statement.actions.negated else _idle(statement.actions.texts, use.actions)
    return Coverage(
        judged, tuple(uses.values()), tuple(Refusal(*key, times) for key, times in sorted(refusals.items()))
    )


def _idle(patterns: tuple[str, ...], actions: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(
        pattern for pattern in patterns if not any(matches(pattern, action, ignore_case=True) for action in actions)
    )


def text(found: Coverage) -> str:
    """For a terminal: used statements by how often, unused ones, idle actions of used ones, refused calls."""
    lines = [f"{found.requests} requests judged"]
    for use in sorted(found.statements, key=lambda use: -use.calls):
        if use.calls:
            idle = f"; never needed: {', '.join(use.idle)}" if use.idle else ""
            lines.append(f"  {use.calls:6}  {use.policy} {use.statement}: {', '.join(sorted(use.actions))}{idle}")
    lines += [f"unused  {use.policy} {use.statement}: {', '.join(use.idle) or 'NotAction'}" for use in found.unused]
    lines += [
        f"denied  {each.times} times {each.service} {each.operation}: {each.action} on {each.resource}, by {each.kind}"
        for each in found.refusals
    ]
    return "\n".join(lines)
