# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups, by their group name.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroup.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, split_name, vpc_names

#: What AWS puts into a new group, and what every group of ours that names no egress keeps.
OPEN_EGRESS = [{"protocol": "all", "peer": "0.0.0.0/0"}]


def read(client: Any, scope: Scope) -> list[Resource]:
    """Groups with a rule for each peer: {protocol, from_port?, to_port?, peer, description?}.

    `peer` is a CIDR, a prefix list id, or `group:<name>`, with the group's own name for itself.
    """
    vpcs = vpc_names(client)
    groups = listing(client, "describe_security_groups", "SecurityGroups")
    by_id = {group["GroupId"]: group["GroupName"] for group in groups}
    resources = []
    for group in groups:
        _name, tags = split_name(group)
        if group["GroupName"] == "default":
            continue  # what AWS puts into every VPC is a kind of its own
        if group["GroupName"] not in scope.names and not is_ours(tags, scope):
            continue
        properties = {
            "vpc": vpcs.get(group.get("VpcId", ""), group.get("VpcId", "")),
            "description": group["Description"],
            "ingress": rules_of(group, "IpPermissions", by_id),
            "egress": rules_of(group, "IpPermissionsEgress", by_id),
            "tags": tags,
        }
        facts = {"vpc_id": group.get("VpcId", "")}
        resources.append(found("ec2_security_group", scope, group["GroupName"], group["GroupId"], properties, **facts))
    return resources


def rules_of(group: Mapping[str, Any], key: str, by_id: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rules under `key` (IpPermissions, IpPermissionsEgress) of a group, one for each peer; `by_id`: group names."""
    return [rule for row in group.get(key, []) for rule in _rules(row, by_id)]


def _rules(row: Mapping[str, Any], by_id: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    head: dict[str, Any] = {"protocol": "all" if row["IpProtocol"] == "-1" else row["IpProtocol"]}
    if row["IpProtocol"] != "-1":
        head |= {"from_port": row.get("FromPort"), "to_port": row.get("ToPort")}
    peers = [(peer["CidrIp"], peer) for peer in row.get("IpRanges", [])]
    peers += [(peer["CidrIpv6"], peer) for peer in row.get("Ipv6Ranges", [])]
    peers += [(peer["PrefixListId"], peer) for peer in row.get("PrefixListIds", [])]
    peers += [
        ("group:" + by_id.get(peer["GroupId"], peer["GroupId"]), peer) for peer in row.get("UserIdGroupPairs", [])
    ]
    for name, peer in peers:
        description = {"description": peer["Description"]} if peer.get("Description") else {}
        yield {**head, "peer": name, **description}


KIND = Kind(
    "ec2_security_group",
    "ec2",
    read,
    Rules(
        unordered=frozenset({"ingress", "egress"}),
        immutable=frozenset({"vpc", "description"}),
        defaults={"ingress": [], "egress": OPEN_EGRESS},
    ),
)
