# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One replication rule of a registry, known by the prefix of its repositories. Standard library only.

A registry has one list of rules, at most ten, and is written as a whole: the rules of others in it stay as they are.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutReplicationConfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps

Rule = Mapping[str, Any]


def prefix_of(rule: Rule) -> str:
    """The prefix of a rule that has exactly one filter; "" for any other, which is nobody's rule."""
    filters = rule.get("repositoryFilters") or []
    single = len(filters) == 1 and filters[0].get("filterType") == "PREFIX_MATCH"
    return str(filters[0]["filter"]) if single else ""


def project(rules: Sequence[Rule], prefix: str) -> Found | None:
    """The rule of the prefix, None when there is none."""
    mine = [rule for rule in rules if prefix_of(rule) == prefix]
    regions = sorted({place["region"] for rule in mine for place in rule.get("destinations") or []})
    return Found({"regions": regions}) if mine else None


def written(rules: Sequence[Rule], prefix: str, registry: str, regions: Sequence[str]) -> dict[str, Any]:
    """The whole configuration with the prefix's rule as desired, without it when there are no regions."""
    others = [rule for rule in rules if prefix_of(rule) != prefix]
    mine = {
        "destinations": [{"region": region, "registryId": registry} for region in sorted(regions)],
        "repositoryFilters": [{"filter": prefix, "filterType": "PREFIX_MATCH"}],
    }
    return {"replicationConfiguration": {"rules": [*others, mine] if regions else others}}


def steps(before: Found | None, rules: Sequence[Rule], prefix: str, registry: str, regions: Sequence[str]) -> Steps:
    """Steps to replicate repositories of the prefix to `regions`; to none of them removes the rule."""
    had = before.properties["regions"] if before else []
    if sorted(regions) == had:
        return Steps([], {"regions": had} if had else {}, {"regions": had} if had else {})
    call = ("put_replication_configuration", written(rules, prefix, registry, regions))
    return Steps([call], {"regions": had} if had else {}, {"regions": sorted(regions)} if regions else {})
