# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging of our web ACLs; named as they are. A configuration bears no tags: it is its web ACL's.

https://docs.aws.amazon.com/waf/latest/APIReference/API_LoggingConfiguration.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.listing import (
    REGIONAL,
    logging_configurations,
    tags_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.logging import project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Logging of the regional web ACLs that are named or tagged as the component's."""
    return read_place(client, scope, REGIONAL)


def read_place(client: Any, scope: Scope, place: str) -> list[Resource]:
    """The same for REGIONAL or CLOUDFRONT."""
    prefix = f"{scope.platform}-{scope.environment}-"
    found = []
    for configuration in logging_configurations(client, place):
        arn = str(configuration["ResourceArn"])
        name = arn.partition("/webacl/")[2].partition("/")[0]
        if name in scope.names or (name.startswith(prefix) and is_ours(tags_of(client, arn), scope)):
            found.append(Resource("wafv2_logging", name, project(configuration), scope.region, {"web_acl": arn}))
    return found


KIND = Kind("wafv2_logging", "wafv2", read, Rules(unordered=frozenset({"redacted_headers"})))
