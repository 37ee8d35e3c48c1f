# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The response headers policy of the environment, which bears its name and no tags.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyConfig.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distributions import headers_policies
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.headers_policy import DEFAULTS, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Those that are named, and the one of the environment."""
    ours = {f"{scope.platform}-{scope.environment}-headers", *scope.names}
    return [
        Resource(
            "cloudfront_response_headers_policy", config["Name"], project(config), scope.region, {"id": each["Id"]}
        )
        for each in once(client, headers_policies)
        if (config := each["ResponseHeadersPolicyConfig"])["Name"] in ours
    ]


KIND = Kind(
    "cloudfront_response_headers_policy",
    "cloudfront",
    read,
    Rules(unordered=frozenset({"removed_headers"}), defaults=DEFAULTS),
    home="us-east-1",
)
