# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a journey writes, and what has to be found of it. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: A step without one of these words in `state` is not done.
FOUND, MISSING = "found", "missing"


class JourneyError(Exception):
    """A step that came to nothing; the text says what was expected and what was found."""


def creator(identifier: str) -> dict[str, Any]:
    """Who writes the post."""
    return {
        "handle": identifier,
        "display_name": "A journey",
        "email": f"{identifier}@example.com",
        "country": "IE",
        "monthly_price": "4.99",
        "profile": {"bio": "Writes a post to see that it arrives."},
    }


def post(identifier: str) -> dict[str, Any]:
    """The post."""
    return {"title": f"Journey {identifier}", "body": "Where we are.\n\nAnd where we go.", "tags": ["journey"]}


def step(name: str, state: str, seconds: float, message: str, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A row of the document."""
    return {"name": name, "state": state, "seconds": round(seconds, 3), "message": message, "facts": dict(facts or {})}


def verdict(steps: Sequence[Mapping[str, Any]], expected: int) -> tuple[str, str]:
    """Verdict and sentence: every expected step was found, or which was not."""
    bad = [each for each in steps if each["state"] != FOUND]
    if bad:
        return "failed", f"{bad[0]['name']}: {bad[0]['message']}"
    if len(steps) != expected:
        return "inconclusive", f"{len(steps)} of {expected} steps were taken"
    return (
        "succeeded",
        "a post went from the load balancer to the database, the bucket and the worker, under one correlation id",
    )
