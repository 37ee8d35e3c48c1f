# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VPC endpoint by its tag Name. Standard library only.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.tagging import specification, split, tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    with_tags,
)

RESOURCE = "vpc-endpoint"
#: AWS shows an endpoint for a while after its end.
GONE = frozenset({"deleting", "deleted", "rejected", "failed", "expired"})
FIXED = ("vpc_id", "service", "type")
#: Option, request parameter of the creation, and what follows Add and Remove in a change.
LISTS = {"route_table_ids": "RouteTableIds", "subnet_ids": "SubnetIds", "security_group_ids": "SecurityGroupIds"}


def project(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a VpcEndpoint. state in lower case, as the API's page has it and the API has not always."""
    policy = endpoint.get("PolicyDocument")
    return {
        "vpc_id": endpoint["VpcId"],
        "service": endpoint["ServiceName"],
        "type": endpoint.get("VpcEndpointType", "Gateway"),
        "route_table_ids": sorted(endpoint.get("RouteTableIds") or []),
        "subnet_ids": sorted(endpoint.get("SubnetIds") or []),
        "security_group_ids": sorted(group["GroupId"] for group in endpoint.get("Groups") or []),
        "private_dns": bool(endpoint.get("PrivateDnsEnabled")),
        "policy": json.loads(policy) if policy else {},
        "state": endpoint["State"].lower(),
        "tags": split(endpoint)[1],
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the described endpoint; what is not given is left alone.

    Raises ChangeError: the VPC, the service and the type are settled at creation.
    """
    name = params["name"]
    if found is None:
        return Steps([_create(name, desired)], {}, dict(desired))
    have, identifier, purge = found.properties, found.facts["id"], params["purge_tags"]
    fixed = [each for each in FIXED if each in desired and desired[each] != have[each]]
    if fixed:
        raise ChangeError(
            f"EC2 cannot change {', '.join(fixed)} of endpoint {name} ({identifier}): remove it first, then make it anew"
        )
    request = _change(have, desired)
    calls: list[Call] = [("modify_vpc_endpoint", {"VpcEndpointId": identifier, **request})] if request else []
    calls += tag_calls(identifier, have["tags"], desired.get("tags"), purge)
    after = {
        **have,
        **{each: value for each, value in desired.items() if each != "policy" or "PolicyDocument" in request},
    }
    after |= {each: sorted(after[each]) for each in LISTS}
    after["tags"] = with_tags(have["tags"], desired.get("tags"), purge)
    return Steps(calls, have, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Remove the endpoint; its network interfaces take minutes to go."""
    del params
    return Steps([("delete_vpc_endpoints", {"VpcEndpointIds": [found.facts["id"]]})], found.properties, {})


def _create(name: str, wanted: Mapping[str, Any]) -> Call:
    request: dict[str, Any] = {
        "VpcId": wanted["vpc_id"],
        "ServiceName": wanted["service"],
        "VpcEndpointType": wanted["type"],
        "TagSpecifications": specification(RESOURCE, name, wanted.get("tags")),
    }
    request |= {parameter: list(wanted[option]) for option, parameter in LISTS.items() if wanted.get(option)}
    if wanted["type"] == "Interface":
        request["PrivateDnsEnabled"] = wanted.get("private_dns", True)
    if wanted.get("policy"):
        request["PolicyDocument"] = json.dumps(wanted["policy"], sort_keys=True)
    return "create_vpc_endpoint", request


def _change(have: Mapping[str, Any], desired: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {}
    for option, parameter in LISTS.items():
        if option in desired:
            add = sorted(set(desired[option]) - set(have[option]))
            gone = sorted(set(have[option]) - set(desired[option]))
            request |= {f"Add{parameter}": add} if add else {}
            request |= {f"Remove{parameter}": gone} if gone else {}
    if "private_dns" in desired and desired["private_dns"] != have["private_dns"]:
        request["PrivateDnsEnabled"] = desired["private_dns"]
    if "policy" in desired and canonical(desired["policy"]) != canonical(have["policy"]):
        request["PolicyDocument"] = json.dumps(desired["policy"], sort_keys=True)
    return request
