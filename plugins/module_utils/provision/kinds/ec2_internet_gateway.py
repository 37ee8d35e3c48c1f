# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Internet gateways, by their tag Name.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InternetGateway.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, ours, vpc_names


def read(client: Any, scope: Scope) -> list[Resource]:
    """Internet gateways with the name of the VPC they are attached to, "" for none."""
    vpcs = vpc_names(client)
    resources = []
    for name, tags, gateway in ours(listing(client, "describe_internet_gateways", "InternetGateways"), scope):
        attached = [attachment["VpcId"] for attachment in gateway.get("Attachments", [])]
        properties = {"vpc": vpcs.get(attached[0], attached[0]) if attached else "", "tags": tags}
        resources.append(found("ec2_internet_gateway", scope, name, gateway["InternetGatewayId"], properties))
    return resources


KIND = Kind("ec2_internet_gateway", "ec2", read)
