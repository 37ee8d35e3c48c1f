# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pod identity association. Standard library only.

https://docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociation.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.tagging import tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Steps, merged, with_tags


def project(association: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a PodIdentityAssociation."""
    return {
        "role_arn": association.get("roleArn", ""),
        "tags": {name: value for name, value in (association.get("tags") or {}).items() if not name.startswith("aws:")},
    }


def present(
    cluster: str,
    namespace: str,
    service_account: str,
    desired: Mapping[str, Any],
    found: Mapping[str, Any] | None,
    *,
    purge_tags: bool,
) -> Steps:
    """Steps towards the desired association."""
    if found is None:
        create = {
            "clusterName": cluster,
            "namespace": namespace,
            "serviceAccount": service_account,
            "roleArn": desired["role_arn"],
            "tags": dict(desired.get("tags") or {}),
        }
        return Steps(
            [("create_pod_identity_association", create)],
            {},
            {key: value for key, value in desired.items() if value is not None},
        )
    before = project(found)
    calls = tag_calls(found["associationArn"], before["tags"], desired.get("tags"), purge_tags)
    changed = ["role_arn"] if desired["role_arn"] != before["role_arn"] else []
    if changed:
        place = {"clusterName": cluster, "associationId": found["associationId"]}
        calls.append(("update_pod_identity_association", {**place, "roleArn": desired["role_arn"]}))
    after = merged(before, desired, changed)
    after["tags"] = with_tags(before["tags"], desired.get("tags"), purge_tags)
    return Steps(calls, before, after)


def absent(cluster: str, found: Mapping[str, Any] | None) -> Steps:
    """Steps that remove the association."""
    if found is None:
        return Steps()
    place = {"clusterName": cluster, "associationId": found["associationId"]}
    return Steps([("delete_pod_identity_association", place)], project(found), {})
