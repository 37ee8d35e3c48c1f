# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM roles with their inline policies, by name.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.roles import normalize, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    PRIMARY,
    Kind,
    Resource,
    Rules,
    Scope,
)


def read(client: Any, scope: Scope) -> list[Resource]:
    """Roles by two bulk reads: the first has policies, boundary and tags, the second description and session length."""
    details = listing(client, "get_account_authorization_details", "RoleDetailList", Filter=["Role"])
    briefs = {role["RoleName"]: role for role in listing(client, "list_roles", "Roles")}
    resources = []
    for role in details:
        tags = tags_of(role)
        if role["RoleName"] in scope.names or is_ours(tags, scope):
            properties = {**project(role, briefs.get(role["RoleName"], {})), "tags": tags}
            facts = {"id": role["RoleId"], "arn": role["Arn"], "policies": sorted(properties["policies"])}
            resources.append(Resource("iam_role", role["RoleName"], properties, scope.region, facts))
    return resources


KIND = Kind(
    "iam_role",
    "iam",
    read,
    Rules(
        unordered=frozenset({"managed_policies"}),
        immutable=frozenset({"path"}),
        defaults={
            "path": "/",
            "policies": {},
            "managed_policies": [],
            "boundary": "",
            "max_session_seconds": 3600,
            "description": "",
        },
        normalize=normalize,
    ),
    home=PRIMARY,
)
