# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed policies of an account, several at once. Standard library only.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.documents import (
    document_of,
    require_path,
    text_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, tag_changes
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

#: Versions of a policy that IAM keeps: it refuses one more.
VERSIONS = 5


def project(policy: Mapping[str, Any]) -> dict[str, Any]:
    """{path, document} of a ManagedPolicyDetail; {} for the document when none of its versions is in force."""
    current = [row["Document"] for row in policy.get("PolicyVersionList", []) if row["IsDefaultVersion"]]
    return {"path": policy["Path"], "document": document_of(current[0]) if current else {}}


def versions(policy: Mapping[str, Any]) -> list[str]:
    """The ids of all versions of a ManagedPolicyDetail but the one in force, oldest first, and that one behind them."""
    rows = sorted(
        policy["PolicyVersionList"],
        key=lambda row: (row["IsDefaultVersion"], int(row["VersionId"].removeprefix("v"))),
    )
    return [row["VersionId"] for row in rows]


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The document in canonical form."""
    return {**properties, **({"document": canonical(properties["document"])} if "document" in properties else {})}


def calls(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> list[Call]:
    """Calls that bring a policy to what is described, as its only version.

    wanted: {path, document, tags}. found: the same, `arn`, and `versions` as of the function of that name. Raises ChangeError
    for another path.
    """
    if found is None:
        request = {"PolicyName": name, "Path": wanted["path"], "PolicyDocument": text_of(wanted["document"])}
        return [("create_policy", request | ({"Tags": tag_list(wanted["tags"])} if wanted["tags"] else {}))]
    require_path("policy", name, wanted["path"], found["path"])
    policy = {"PolicyArn": found["arn"]}
    *old, current = found["versions"]
    made: list[Call] = []
    if canonical(found["document"]) != canonical(wanted["document"]):
        # What is in force stays so until the next version is.
        if len(found["versions"]) >= VERSIONS:
            made.append(("delete_policy_version", {**policy, "VersionId": old.pop(0)}))
        document = {"PolicyDocument": text_of(wanted["document"]), "SetAsDefault": True}
        made.append(("create_policy_version", {**policy, **document}))
        old.append(current)
    # Who may choose a version of a policy could bring back what was taken away with it.
    made += [("delete_policy_version", {**policy, "VersionId": version}) for version in old]
    add, gone = tag_changes(found["tags"], wanted["tags"], True)
    made += [("tag_policy", {**policy, "Tags": tag_list(add)})] if add else []
    made += [("untag_policy", {**policy, "TagKeys": gone})] if gone else []
    return made
