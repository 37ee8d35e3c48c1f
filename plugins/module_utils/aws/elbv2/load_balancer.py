# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An application load balancer: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
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
    "deletion_protection": Attribute("deletion_protection.enabled", bool, False),
    "idle_timeout": Attribute("idle_timeout.timeout_seconds", int, 60),
    "drop_invalid_headers": Attribute("routing.http.drop_invalid_header_fields.enabled", bool, False),
    "desync_mitigation": Attribute("routing.http.desync_mitigation_mode", str, "defensive"),
    "http2": Attribute("routing.http2.enabled", bool, True),
    "waf_fail_open": Attribute("waf.fail_open.enabled", bool, False),
    "access_logs": Attribute("access_logs.s3.enabled", bool, False),
    "access_log_bucket": Attribute("access_logs.s3.bucket", str, ""),
    "access_log_prefix": Attribute("access_logs.s3.prefix", str, ""),
}


def project(balancer: Mapping[str, Any], attributes: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a load balancer (an item of DescribeLoadBalancers), its attributes by AWS's key, and its tags."""
    return {
        "scheme": balancer.get("Scheme", "internet-facing"),
        "ip_address_type": balancer.get("IpAddressType", "ipv4"),
        "subnets": sorted(zone["SubnetId"] for zone in balancer.get("AvailabilityZones") or []),
        "security_groups": sorted(balancer.get("SecurityGroups") or []),
        **settings_of(ATTRIBUTES, attributes),
        "tags": dict(tags),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone. Raises ChangeError for another scheme."""
    wanted = {**desired}
    for name in ("subnets", "security_groups"):
        if name in wanted:
            wanted[name] = sorted(wanted[name])
    if found is None:
        return Steps(_create(params, wanted), {}, wanted)
    changed = [name for name in sorted(wanted) if name != "tags" and wanted[name] != found.properties[name]]
    if "scheme" in changed:
        raise ChangeError(
            f"load balancer {params['name']} is {found.properties['scheme']}, which AWS settles at creation: remove it, or give "
            "the other one another name"
        )
    arn = found.facts["arn"]
    calls: list[Call] = []
    if "ip_address_type" in changed:
        calls.append(("set_ip_address_type", {"LoadBalancerArn": arn, "IpAddressType": wanted["ip_address_type"]}))
    if "subnets" in changed:
        calls.append(("set_subnets", {"LoadBalancerArn": arn, "Subnets": wanted["subnets"]}))
    if "security_groups" in changed:
        calls.append(("set_security_groups", {"LoadBalancerArn": arn, "SecurityGroups": wanted["security_groups"]}))
    calls += attribute_call(
        "modify_load_balancer_attributes", "LoadBalancerArn", arn, ATTRIBUTES, {name: wanted[name] for name in changed}
    )
    calls += tag_calls(arn, found.properties["tags"], wanted.get("tags"), params["purge_tags"])
    after = merged(found.properties, wanted, changed)
    after["tags"] = with_tags(found.properties["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, found.properties, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove it. Raises ChangeError while it is protected."""
    if found.properties["deletion_protection"] and not params["unprotect"]:
        raise ChangeError(
            f"load balancer {params['name']} has deletion protection: set unprotect to remove it all the same"
        )
    arn = found.facts["arn"]
    calls: list[Call] = []
    if found.properties["deletion_protection"]:
        off = {"deletion_protection": False}
        calls += attribute_call("modify_load_balancer_attributes", "LoadBalancerArn", arn, ATTRIBUTES, off)
    calls.append(("delete_load_balancer", {"LoadBalancerArn": arn}))
    return Steps(calls, found.properties, {})


def _create(params: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Call]:
    if not wanted.get("subnets"):
        raise ChangeError(f"load balancer {params['name']} needs subnets in at least two zones: give subnets")
    request = {
        "Name": params["name"],
        "Type": "application",
        "Scheme": wanted.get("scheme", "internet-facing"),
        "IpAddressType": wanted.get("ip_address_type", "ipv4"),
        "Subnets": wanted["subnets"],
        "SecurityGroups": wanted.get("security_groups", []),
        "Tags": tag_list(wanted.get("tags", {})),
    }
    calls: list[Call] = [("create_load_balancer", {name: value for name, value in request.items() if value})]
    arn = Answered(("LoadBalancers", 0, "LoadBalancerArn"))
    settings = {
        name: value for name, value in wanted.items() if name in ATTRIBUTES and value != ATTRIBUTES[name].default
    }
    return calls + attribute_call("modify_load_balancer_attributes", "LoadBalancerArn", arn, ATTRIBUTES, settings)
