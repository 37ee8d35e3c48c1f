# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewalls of the edge as resources: one for the load balancer, one for the distribution. Pure.

https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

CHECKERS = "Amazon-Route53-Health-Check-Service"
REDACTED = ["authorization", "cookie"]


def firewall_resources(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Web ACLs, their log groups and their logging, for each place in `firewall.places` (regional, cloudfront)."""
    for place in settings["firewall"]["places"]:
        if place == "cloudfront" and not settings["distribution"]["enabled"]:
            continue
        name = f"{settings['prefix']}-{place}"
        kinds = (
            ("cloudfront_web_acl", "cloudfront_web_acl_logging", "cloudfront_log_group")
            if place == "cloudfront"
            else ("wafv2_web_acl", "wafv2_logging", "logs_group")
        )
        yield {
            "kind": kinds[0],
            "name": name,
            "properties": {
                "description": f"Requests to {settings['domain']}",
                "default_action": "allow",
                "rules": rules(settings["firewall"], settings["health_check"]["path"]),
                "load_balancers": [settings["prefix"]] if place == "regional" else [],
            },
        }
        # AWS takes log groups of this prefix only: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        group = f"aws-waf-logs-{name}"
        yield {
            "kind": kinds[1],
            "name": name,
            "properties": {"log_group": group, "redacted_headers": REDACTED},
        }
        yield {
            "kind": kinds[2],
            "name": group,
            "properties": {"retention_days": settings["firewall"]["log_retention_days"], "kms_key": ""},
        }


def rules(firewall: Mapping[str, Any], health_path: str) -> list[dict[str, Any]]:
    """Rules as AWS takes them: health checkers pass, then the rate of each address, then AWS's own groups.

    The groups count before they block, so that what they would refuse of real traffic is known first.
    """
    found = [_checkers(health_path), _rate(firewall)]
    override: dict[str, Any] = {"None": {}} if firewall["block"] else {"Count": {}}
    for number, group in enumerate(firewall["managed_groups"]):
        found.append(
            {
                "Name": group,
                "Priority": 10 + number,
                "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": group}},
                "OverrideAction": override,
                "VisibilityConfig": _visible(group),
            }
        )
    return found


def _checkers(path: str) -> dict[str, Any]:
    """Whoever says to be a health checker may ask for the health path, and nothing else."""

    def match(field: Mapping[str, Any], text: str, how: str) -> dict[str, Any]:
        return {
            "ByteMatchStatement": {
                "SearchString": text,
                "FieldToMatch": field,
                "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                "PositionalConstraint": how,
            }
        }

    return {
        "Name": "health-checkers",
        "Priority": 0,
        "Statement": {
            "AndStatement": {
                "Statements": [
                    match({"UriPath": {}}, path, "EXACTLY"),
                    match({"SingleHeader": {"Name": "user-agent"}}, CHECKERS, "STARTS_WITH"),
                ]
            }
        },
        "Action": {"Allow": {}},
        "VisibilityConfig": _visible("health-checkers"),
    }


def _rate(firewall: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Name": "rate",
        "Priority": 1,
        "Statement": {
            "RateBasedStatement": {
                "Limit": firewall["rate_limit"],
                "EvaluationWindowSec": firewall["rate_window"],
                "AggregateKeyType": "IP",
            }
        },
        "Action": {"Block": {}},
        "VisibilityConfig": _visible("rate"),
    }


def _visible(name: str) -> dict[str, Any]:
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
