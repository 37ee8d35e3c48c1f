"""What the service authorization reference says of actions and resources: `reference.json`, read once.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

#: boto3 service -> prefix of its actions, where they differ.
_PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "service-quotas": "servicequotas",
}
_PLACE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Kind:
    """A type of resource as one action knows it. required: the action always names one of it."""

    name: str
    template: str
    required: bool

    @property
    def places(self) -> list[str]:
        """The placeholders of the ARN besides partition, region and account, in their order."""
        return [place for place in _PLACE.findall(self.template) if place not in {"Partition", "Region", "Account"}]

    def arn(self, region: str, account: str, values: list[str]) -> str:
        """The ARN with `values` for its places; `*` for those that are missing."""
        given = iter(values)

        def replace(found: re.Match[str]) -> str:
            fixed = {"Partition": "aws", "Region": region, "Account": account}.get(found[1])
            return fixed if fixed is not None else next(given, "*")

        return _PLACE.sub(replace, self.template)

    def is_arn_of(self, value: str) -> bool:
        """Whether a value is an ARN of this type."""
        return _expression(self.template).fullmatch(value) is not None


@functools.cache
def _expression(template: str) -> re.Pattern[str]:
    parts = _PLACE.split(template)
    kinds = {"Partition": r"aws[\w-]*", "Region": r"[\w-]*", "Account": r"\d*"}
    return re.compile(
        "".join(re.escape(part) if at % 2 == 0 else kinds.get(part, ".+") for at, part in enumerate(parts))
    )


@functools.cache
def _load() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    content = json.loads(Path(__file__).with_name("reference.json").read_text(encoding="utf-8"))
    return {prefix: (service["actions"], service["resources"]) for prefix, service in content.items()}


@functools.cache
def _names(prefix: str) -> dict[str, str]:
    return {name.lower(): name for name in _load().get(prefix, ({}, {}))[0]}


def prefix_of(service: str) -> str:
    """The prefix of the actions of a boto3 service."""
    return _PREFIXES.get(service, service)


def spelling(prefix: str, action: str) -> str:
    """An action as the reference spells it; as given where it does not know it."""
    return _names(prefix).get(action.lower(), action)


@functools.cache
def kinds(prefix: str, action: str) -> tuple[Kind, ...]:
    """The types of resources that an action is judged on; none: only `*`, or an action that is not known."""
    actions, resources = _load().get(prefix, ({}, {}))
    words = actions.get(spelling(prefix, action), "").split(", ")
    found = [
        Kind(word.removesuffix("*"), resources[word.removesuffix("*")], word.endswith("*")) for word in words if word
    ]
    return tuple(found)
