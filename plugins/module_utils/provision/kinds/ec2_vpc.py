# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs, by their tag Name. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Vpc.html"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, ours


def read(client: Any, scope: Scope) -> list[Resource]:
    """One listing, and two reads per VPC of ours for its DNS attributes, which no listing shows."""
    resources = []
    for name, tags, vpc in ours(listing(client, "describe_vpcs", "Vpcs"), scope):
        properties = {
            "cidr": vpc["CidrBlock"],
            "dns_support": _attribute(client, vpc["VpcId"], "enableDnsSupport"),
            "dns_hostnames": _attribute(client, vpc["VpcId"], "enableDnsHostnames"),
            "tenancy": vpc["InstanceTenancy"],
            "tags": tags,
        }
        resources.append(found("ec2_vpc", scope, name, vpc["VpcId"], properties))
    return resources


def _attribute(client: Any, vpc: str, attribute: str) -> bool:
    answer = client.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
    return bool(answer[attribute[0].upper() + attribute[1:]]["Value"])


KIND = Kind(
    "ec2_vpc",
    "ec2",
    read,
    Rules(
        immutable=frozenset({"cidr", "tenancy"}),
        defaults={"dns_support": True, "dns_hostnames": False, "tenancy": "default"},
        protected=True,
    ),
)
