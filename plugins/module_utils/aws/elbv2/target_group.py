# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A target group: where a load balancer sends requests, and how it finds out who is well. Standard library only.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.answers import Answered
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.attributes import (
    Attribute,
    attribute_call,
    settings_of,
    tag_calls,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    merged,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

ATTRIBUTES = {
    "deregistration_delay": Attribute("deregistration_delay.timeout_seconds", int, 300),
    "slow_start": Attribute("slow_start.duration_seconds", int, 0),
    "algorithm": Attribute("load_balancing.algorithm.type", str, "round_robin"),
    "stickiness": Attribute("stickiness.enabled", bool, False),
}
#: Settled at creation: property, AWS's name.
FIXED = {
    "protocol": "Protocol",
    "protocol_version": "ProtocolVersion",
    "port": "Port",
    "vpc": "VpcId",
    "target_type": "TargetType",
}
#: Property, AWS's name, and what AWS takes when nothing was said for HTTP.
CHECKS = {
    "health_check_protocol": ("HealthCheckProtocol", "HTTP"),
    "health_check_port": ("HealthCheckPort", "traffic-port"),
    "health_check_path": ("HealthCheckPath", "/"),
    "health_check_interval": ("HealthCheckIntervalSeconds", 30),
    "health_check_timeout": ("HealthCheckTimeoutSeconds", 5),
    "healthy_threshold": ("HealthyThresholdCount", 5),
    "unhealthy_threshold": ("UnhealthyThresholdCount", 2),
    "health_check_codes": ("Matcher", "200"),
}


def project(group: Mapping[str, Any], attributes: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a target group (an item of DescribeTargetGroups), its attributes by AWS's key, and its tags."""
    checks = {name: group.get(key, default) for name, (key, default) in CHECKS.items()}
    matcher = group.get("Matcher") or {}
    checks["health_check_codes"] = matcher.get("HttpCode", matcher.get("GrpcCode", ""))
    checks["health_check_port"] = str(checks["health_check_port"])
    return {
        **{name: group.get(key, "") for name, key in FIXED.items()},
        **checks,
        **settings_of(ATTRIBUTES, attributes),
        "tags": dict(tags),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone.

    Raises ChangeError for what AWS settles at creation.
    """
    if found is None:
        return Steps(_create(params["name"], desired), {}, desired)
    changed = [name for name in sorted(desired) if name != "tags" and desired[name] != found.properties[name]]
    fixed = [name for name in changed if name in FIXED]
    if fixed:
        had = ", ".join(f"{name} {found.properties[name]}" for name in fixed)
        raise ChangeError(
            f"target group {params['name']} has {had}, settled at creation: remove it, or give the other one another name"
        )
    arn = found.facts["arn"]
    calls: list[Call] = []
    checks = {name: desired[name] for name in changed if name in CHECKS}
    if checks:
        calls.append(("modify_target_group", {"TargetGroupArn": arn, **_checks(checks)}))
    settings = {name: desired[name] for name in changed}
    calls += attribute_call("modify_target_group_attributes", "TargetGroupArn", arn, ATTRIBUTES, settings)
    calls += tag_calls(arn, found.properties["tags"], desired.get("tags"), params["purge_tags"])
    after = merged(found.properties, desired, changed)
    after["tags"] = with_tags(found.properties["tags"], desired.get("tags"), params["purge_tags"])
    return Steps(calls, found.properties, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """The step that removes it; AWS refuses while a listener forwards to it."""
    del params
    return Steps([("delete_target_group", {"TargetGroupArn": found.facts["arn"]})], found.properties, {})


def _create(name: str, desired: Mapping[str, Any]) -> list[Call]:
    missing = [each for each in ("protocol", "port", "vpc") if not desired.get(each)]
    if missing:
        raise ChangeError(f"target group {name} does not exist, and to make it needs {', '.join(missing)}")
    request = {
        "Name": name,
        "TargetType": "ip",
        **{key: desired[each] for each, key in FIXED.items() if each in desired},
        **_checks({each: desired[each] for each in CHECKS if each in desired}),
    }
    if desired.get("tags"):
        request["Tags"] = tag_list(desired["tags"])
    calls: list[Call] = [("create_target_group", request)]
    arn = Answered(("TargetGroups", 0, "TargetGroupArn"))
    settings = {
        each: value for each, value in desired.items() if each in ATTRIBUTES and value != ATTRIBUTES[each].default
    }
    return calls + attribute_call("modify_target_group_attributes", "TargetGroupArn", arn, ATTRIBUTES, settings)


def _checks(settings: Mapping[str, Any]) -> dict[str, Any]:
    request = {CHECKS[name][0]: value for name, value in settings.items()}
    if "Matcher" in request:
        request["Matcher"] = {"HttpCode": request["Matcher"]}
    return request
