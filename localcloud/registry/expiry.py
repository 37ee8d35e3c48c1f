"""Which images a lifecycle policy expires. Pure.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

DAY = 86400


@dataclass(frozen=True)
class Candidate:
    """An image as the rules see it. pushed: seconds since the epoch."""

    digest: str
    tags: tuple[str, ...]
    pushed: float


def expired(policy: str, images: Iterable[Candidate], now: float) -> dict[str, int]:
    """Digest -> priority of the rule that expires the image, for each image that one does.

    A rule counts the images that a rule before it expires, but expires none that matches the tags of a rule before it.
    """
    newest = sorted(images, key=lambda image: (image.pushed, image.digest), reverse=True)
    found: dict[str, int] = {}
    claimed: set[str] = set()
    for rule in sorted(json.loads(policy)["rules"], key=lambda rule: int(rule["rulePriority"])):
        selection = rule["selection"]
        matching = [image for image in newest if _selects(selection, image.tags)]
        for image in _beyond(selection, matching, now):
            if image.digest not in claimed:
                found[image.digest] = int(rule["rulePriority"])
        claimed |= {image.digest for image in matching}
    return found


def _selects(selection: Mapping[str, Any], tags: tuple[str, ...]) -> bool:
    status = selection["tagStatus"]
    if status != "tagged":
        return status == "any" or not tags
    wanted = [f"{prefix}*" for prefix in selection.get("tagPrefixList") or []] + (selection.get("tagPatternList") or [])
    return bool(tags) and all(any(fnmatch.fnmatchcase(tag, pattern) for tag in tags) for pattern in wanted)


def _beyond(selection: Mapping[str, Any], newest: list[Candidate], now: float) -> list[Candidate]:
    number = int(selection["countNumber"])
    if selection["countType"] == "imageCountMoreThan":
        return newest[number:]
    return [image for image in newest if now - image.pushed > number * DAY]
