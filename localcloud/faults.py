"""Faults on demand: rules that say which call meets which trouble. Pure: the middleware carries the decisions out."""

from __future__ import annotations

import fnmatch
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

THROTTLING = "throttling"
ERROR = "error"
CUT_BEFORE = "cut_before"
CUT_AFTER = "cut_after"
DELAY = "delay"
EXPIRED = "expired_credentials"
KINDS = {
    THROTTLING: "the service answers that the rate is too high; no effect",
    ERROR: "the service answers with a 5xx; no effect",
    CUT_BEFORE: "the connection is closed before the effect",
    CUT_AFTER: "the effect happens and its answer is lost",
    DELAY: "the call waits `seconds` first",
    EXPIRED: "the service answers that the credentials have expired; no effect",
}
_STATUSES = (500, 502, 503, 504)


class FaultError(ValueError):
    """A rule is not one; the message names the field, what was expected and found."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    service (boto3 name), action, region: shell patterns. nth: the first matching call that is hit, 1 for the very next.
    probability: of each call from then on. count: how many are hit at most, None for no limit.
    seconds: local seconds of a delay. status: HTTP status of an error.
    """

    kind: str
    service: str = "*"
    action: str = "*"
    region: str = "*"
    nth: int = 1
    probability: float = 1.0
    seed: int = 0
    count: int | None = 1
    seconds: float = 1.0
    status: int = 500

    def matches(self, service: str, action: str, region: str) -> bool:
        """Whether the call is one that the rule speaks of."""
        pairs = ((service, self.service), (action, self.action), (region, self.region))
        return all(fnmatch.fnmatchcase(value.lower(), pattern.lower()) for value, pattern in pairs)


@dataclass
class _Armed:
    rule: Rule
    dice: random.Random
    seen: int = 0
    hits: int = 0

    def draw(self) -> bool:
        self.seen += 1
        # The dice are thrown for every matching call, so that the same seed hits the same calls whatever nth and count say.
        thrown = self.dice.random() < self.rule.probability
        due = self.seen >= self.rule.nth and (self.rule.count is None or self.hits < self.rule.count)
        if thrown and due:
            self.hits += 1
            return True
        return False


@dataclass
class Faults:
    """The rules in force, in the order in which they were added. Not safe for threads: the caller holds a lock."""

    _armed: dict[str, _Armed] = field(default_factory=dict)
    _next: int = 1

    def add(self, rule: Rule) -> str:
        """Put `rule` in force; its id."""
        identifier = f"fault-{self._next}"
        self._next += 1
        self._armed[identifier] = _Armed(rule, random.Random(rule.seed))
        return identifier

    def draw(self, service: str, action: str, region: str) -> list[Rule]:
        """The rules that hit this call: all delays that do, and at most one other, of the rule that was added first."""
        hit: list[Rule] = []
        decided = False
        for armed in self._armed.values():
            if not armed.rule.matches(service, action, region) or (decided and armed.rule.kind != DELAY):
                continue
            if armed.draw():
                hit.append(armed.rule)
                decided = decided or armed.rule.kind != DELAY
        return hit

    def list(self) -> list[dict[str, Any]]:
        """Each rule with its id, how many calls it saw and how many it hit."""
        return [
            {"id": key, **vars(armed.rule), "seen": armed.seen, "hits": armed.hits}
            for key, armed in self._armed.items()
        ]

    def clear(self, identifier: str | None = None) -> int:
        """Remove one rule, or all; how many were removed."""
        if identifier is None:
            removed = len(self._armed)
            self._armed.clear()
            return removed
        return 0 if self._armed.pop(identifier, None) is None else 1


def parse(fields: Any) -> Rule:
    """The rule that a JSON object describes. Raises FaultError."""
    if not isinstance(fields, Mapping):
        raise FaultError(f"a fault is an object with at least `kind`, found {type(fields).__name__}")
    known = set(Rule.__dataclass_fields__)
    if unknown := sorted(set(fields) - known):
        raise FaultError(f"unknown field {unknown[0]!r} of a fault; known: {', '.join(sorted(known))}")
    kind = fields.get("kind")
    if kind not in KINDS:
        raise FaultError(f"fault kind {kind!r}: expected one of {', '.join(KINDS)}")
    _texts(fields)
    _number(fields, "nth", int, 1, None)
    _number(fields, "probability", (int, float), 0, 1)
    _number(fields, "seed", int, None, None)
    if fields.get("count") is not None:
        _number(fields, "count", int, 1, None)
    _number(fields, "seconds", (int, float), 0, 600)
    if fields.get("status", 500) not in _STATUSES:
        raise FaultError(f"fault status {fields['status']!r}: expected one of {', '.join(map(str, _STATUSES))}")
    return Rule(**fields)


def _texts(fields: Mapping[str, Any]) -> None:
    for name in ("service", "action", "region"):
        if not isinstance(fields.get(name, "*"), str) or not fields.get(name, "*"):
            raise FaultError(f"fault {name} {fields[name]!r}: expected a name or a pattern such as Describe*")


def _number(fields: Mapping[str, Any], name: str, kind: Any, least: float | None, most: float | None) -> None:
    if name not in fields:
        return
    value = fields[name]
    right = isinstance(value, kind) and not isinstance(value, bool)
    if not right or (least is not None and value < least) or (most is not None and value > most):
        bounds = f" from {least}" if least is not None else ""
        bounds += f" to {most}" if most is not None else ""
        raise FaultError(f"fault {name} {value!r}: expected a number{bounds}")
