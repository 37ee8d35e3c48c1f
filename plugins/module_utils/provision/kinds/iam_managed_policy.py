# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed policies of the account, by name.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.policies import normalize, project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    PRIMARY,
    Kind,
    Resource,
    Rules,
    Scope,
)

#: Characters of a managed policy, white space not counted.
LONGEST = 6144


def read(client: Any, scope: Scope) -> list[Resource]:
    """Policies that are desired, or begin as the environment's do and are tagged as the component's; one tag read each."""
    environment = f"{scope.platform}-{scope.environment}-"
    candidates = [
        policy
        for policy in listing(client, "get_account_authorization_details", "Policies", Filter=["LocalManagedPolicy"])
        if policy["PolicyName"] in scope.names or policy["PolicyName"].startswith(environment)
    ]

    def one(policy: Mapping[str, Any]) -> Resource | None:
        name, arn = policy["PolicyName"], policy["Arn"]
        tags = tags_of(client.list_policy_tags(PolicyArn=arn))
        if name not in scope.names and not is_ours(tags, scope):
            return None
        properties = {**project(policy), "tags": tags}
        return Resource("iam_managed_policy", name, properties, scope.region, {"id": policy["PolicyId"], "arn": arn})

    return [resource for resource in at_once(one, candidates) if resource is not None]


def refuses(properties: Mapping[str, Any]) -> str:
    """Why IAM would not take the policy; empty when it would.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
    """
    size = len(json.dumps(properties.get("document"), separators=(",", ":")))
    return f"its document has {size} characters, and IAM takes {LONGEST}: part it into two" if size > LONGEST else ""


KIND = Kind(
    "iam_managed_policy",
    "iam",
    read,
    Rules(immutable=frozenset({"path"}), defaults={"path": "/"}, normalize=normalize, refuses=refuses),
    home=PRIMARY,
)
