# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Web ACLs of load balancers: rules, default, what they are associated with, tags.

https://docs.aws.amazon.com/waf/latest/APIReference/API_WebACL.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.listing import REGIONAL, read_acl, web_acls
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.web_acl import normalize
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Regional web ACLs that are named or tagged as the component's, under the environment's prefix."""
    return read_place(client, scope, REGIONAL)


def read_place(client: Any, scope: Scope, place: str) -> list[Resource]:
    """The same for REGIONAL or CLOUDFRONT."""
    prefix = f"{scope.platform}-{scope.environment}-"
    candidates = [
        each for each in web_acls(client, place) if each["Name"].startswith(prefix) or each["Name"] in scope.names
    ]

    def one(summary: Mapping[str, Any]) -> Resource | None:
        properties, facts = read_acl(client, summary, place)
        if summary["Name"] not in scope.names and not is_ours(properties["tags"], scope):
            return None
        return Resource("wafv2_web_acl", str(summary["Name"]), properties, scope.region, facts)

    return [resource for resource in at_once(one, candidates) if resource is not None]


KIND = Kind(
    "wafv2_web_acl",
    "wafv2",
    read,
    Rules(unordered=frozenset({"load_balancers"}), normalize=normalize),
)
