"""Lifecycle policies on lists of images."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.registry.expiry import DAY, Candidate, expired

NOW = 100.0 * DAY
#: Newest first: five, four … days old.
IMAGES = [
    Candidate("e", ("prod-2", "v2"), NOW - 1 * DAY),
    Candidate("d", (), NOW - 2 * DAY),
    Candidate("c", ("prod-1",), NOW - 3 * DAY),
    Candidate("b", ("dev-1",), NOW - 4 * DAY),
    Candidate("a", (), NOW - 5 * DAY),
]


def rule(priority: int, status: str, kind: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "rulePriority": priority,
        "selection": {"tagStatus": status, "countType": kind, "countNumber": number, **more},
        "action": {"type": "expire"},
    }


COUNT, AGE = "imageCountMoreThan", "sinceImagePushed"


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule(1, "any", COUNT, 3)], {"a": 1, "b": 1}),
        ([rule(1, "any", COUNT, 9)], {}),
        ([rule(1, "untagged", AGE, 2)], {"a": 1}),
        ([rule(1, "tagged", COUNT, 1, tagPrefixList=["prod"])], {"c": 1}),
        ([rule(1, "tagged", COUNT, 0, tagPrefixList=["prod", "v"])], {"e": 1}),
        ([rule(1, "tagged", COUNT, 0, tagPatternList=["*-1"])], {"b": 1, "c": 1}),
        # What a rule before it selects, a rule does not expire, but counts.
        ([rule(2, "any", COUNT, 2), rule(1, "tagged", COUNT, 5, tagPrefixList=["prod"])], {"a": 2, "b": 2}),
        ([rule(1, "untagged", COUNT, 1), rule(2, "any", COUNT, 2)], {"a": 1, "b": 2, "c": 2}),
    ],
)
def test_what_expires(rules: list[dict[str, Any]], found: dict[str, int]) -> None:
    assert expired(json.dumps({"rules": rules}), IMAGES, NOW) == found
