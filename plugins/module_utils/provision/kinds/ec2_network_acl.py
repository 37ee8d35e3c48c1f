# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network ACLs, by their tag Name. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAcl.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import (
    found,
    ours,
    subnet_names,
    vpc_names,
)

PROTOCOLS = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp"}
#: The closing "deny all" that every list has and nobody can remove.
LAST = frozenset({32767, 32768})


def read(client: Any, scope: Scope) -> list[Resource]:
    """Network ACLs with their subnets by name and their numbered entries in order, without the closing "deny all"."""
    vpcs, subnets = vpc_names(client), subnet_names(client)
    resources = []
    for name, tags, acl in ours(listing(client, "describe_network_acls", "NetworkAcls"), scope):
        associated = [row["SubnetId"] for row in acl.get("Associations", []) if row.get("SubnetId")]
        properties = {
            "vpc": vpcs.get(acl["VpcId"], acl["VpcId"]),
            "subnets": sorted(subnets.get(subnet, subnet) for subnet in associated),
            "ingress": _entries(acl, egress=False),
            "egress": _entries(acl, egress=True),
            "tags": tags,
        }
        resources.append(found("ec2_network_acl", scope, name, acl["NetworkAclId"], properties))
    return resources


def _entries(acl: Mapping[str, Any], *, egress: bool) -> list[dict[str, Any]]:
    rows = [row for row in acl.get("Entries", []) if row["Egress"] is egress and row["RuleNumber"] not in LAST]
    return [_entry(row) for row in sorted(rows, key=lambda row: row["RuleNumber"])]


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    protocol = str(row["Protocol"])
    entry = {
        "number": row["RuleNumber"],
        "protocol": PROTOCOLS.get(protocol, protocol),
        "action": row["RuleAction"],
        "cidr": row.get("CidrBlock") or row.get("Ipv6CidrBlock", ""),
    }
    ports = row.get("PortRange")
    return {**entry, "from_port": ports["From"], "to_port": ports["To"]} if ports else entry


KIND = Kind(
    "ec2_network_acl",
    "ec2",
    read,
    Rules(
        unordered=frozenset({"subnets", "ingress", "egress"}),
        immutable=frozenset({"vpc"}),
        defaults={"subnets": [], "ingress": [], "egress": []},
    ),
)
