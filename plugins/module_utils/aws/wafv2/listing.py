# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of WAF, which botocore does not page, and a web ACL as a whole. Raises what boto3 raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.web_acl import balancer_name, project

REGIONAL, CLOUDFRONT = "REGIONAL", "CLOUDFRONT"


def web_acls(client: Any, scope: str) -> list[Mapping[str, Any]]:
    """Summaries of all web ACLs of a scope."""
    return _all(client.list_web_acls, "WebACLs", Scope=scope)


def logging_configurations(client: Any, scope: str) -> list[Mapping[str, Any]]:
    """All logging configurations of a scope."""
    return _all(client.list_logging_configurations, "LoggingConfigurations", Scope=scope)


def tags_of(client: Any, arn: str) -> dict[str, str]:
    """Tags, without those AWS itself sets (aws:…)."""
    rows = client.list_tags_for_resource(ResourceARN=arn)["TagInfoForResource"].get("TagList") or []
    return tag_mapping(rows)


def read_acl(client: Any, summary: Mapping[str, Any], scope: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Properties and facts of a web ACL."""
    answer = client.get_web_acl(Name=summary["Name"], Scope=scope, Id=summary["Id"])
    acl, arn = answer["WebACL"], answer["WebACL"]["ARN"]
    found = client.list_resources_for_web_acl(WebACLArn=arn).get("ResourceArns", []) if scope == REGIONAL else []
    facts = {
        "arn": arn,
        "id": acl["Id"],
        "lock_token": answer["LockToken"],
        "capacity": acl.get("Capacity", 0),
        "resources": sorted(found),
    }
    return project(acl, [balancer_name(each) for each in found], tags_of(client, arn)), facts


def _all(operation: Any, key: str, **parameters: Any) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    marker: dict[str, str] = {}
    while True:
        answer = operation(Limit=100, **parameters, **marker)
        found += answer.get(key) or []
        if not answer.get("NextMarker"):
            return found
        marker = {"NextMarker": answer["NextMarker"]}
