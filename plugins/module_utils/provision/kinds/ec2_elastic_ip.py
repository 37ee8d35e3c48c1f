# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elastic IP addresses, by their tag Name. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Address.html"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, ours


def read(client: Any, scope: Scope) -> list[Resource]:
    """Addresses; facts have the allocation's id and the address itself."""
    return [
        found("ec2_elastic_ip", scope, name, address["AllocationId"], {"tags": tags}, public_ip=address["PublicIp"])
        for name, tags, address in ours(listing(client, "describe_addresses", "Addresses"), scope)
    ]


KIND = Kind("ec2_elastic_ip", "ec2", read)
