# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles of an account with all that is theirs, several at once. Standard library only.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleDetail.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
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


def project(role: Mapping[str, Any], brief: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a RoleDetail, and of the Role of ListRoles, which alone has the description and the length of a session.

    Without tags. A role made between the two reads is in the first only: those two properties stay unknown then.
    """
    properties = {
        "path": role["Path"],
        "trust": document_of(role["AssumeRolePolicyDocument"]),
        "policies": {row["PolicyName"]: document_of(row["PolicyDocument"]) for row in role.get("RolePolicyList", [])},
        "managed_policies": sorted(row["PolicyArn"] for row in role.get("AttachedManagedPolicies", [])),
        "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
    }
    if brief:
        properties |= {
            "description": brief.get("Description", ""),
            "max_session_seconds": brief.get("MaxSessionDuration", 3600),
        }
    return properties


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Documents in canonical form, and the attached policies in one order."""
    normal = dict(properties)
    if "trust" in normal:
        normal["trust"] = canonical(normal["trust"])
    if "policies" in normal:
        normal["policies"] = {name: canonical(document) for name, document in normal["policies"].items()}
    if "managed_policies" in normal:
        normal["managed_policies"] = sorted(normal["managed_policies"])
    return normal


def calls(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> list[Call]:
    """Calls that bring a role to what is described: first what narrows it, last what it loses.

    wanted: {path, description, trust, boundary, max_session_seconds, managed_policies, policies, tags}. found: the same; what
    it lacks is unknown and is set. Raises ChangeError for another path.
    """
    role = {"RoleName": name}
    if found is None:
        return [("create_role", {**role, **_creation(wanted)}), *_policy_calls(role, wanted, {})]
    require_path("role", name, wanted["path"], found["path"])
    made: list[Call] = []
    if wanted["boundary"] != found["boundary"]:
        boundary = {"PermissionsBoundary": wanted["boundary"]} if wanted["boundary"] else {}
        made.append((f"{'put' if boundary else 'delete'}_role_permissions_boundary", {**role, **boundary}))
    if canonical(wanted["trust"]) != canonical(found["trust"]):
        made.append(("update_assume_role_policy", {**role, "PolicyDocument": text_of(wanted["trust"])}))
    settings = {"Description": "description", "MaxSessionDuration": "max_session_seconds"}
    if any(wanted[key] != found.get(key) for key in settings.values()):
        made.append(("update_role", {**role, **{option: wanted[key] for option, key in settings.items()}}))
    made += _policy_calls(role, wanted, found)
    add, gone = tag_changes(found["tags"], wanted["tags"], True)
    made += [("tag_role", {**role, "Tags": tag_list(add)})] if add else []
    made += [("untag_role", {**role, "TagKeys": gone})] if gone else []
    return made


def _creation(wanted: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "Path": wanted["path"],
        "AssumeRolePolicyDocument": text_of(wanted["trust"]),
        "Description": wanted["description"],
        "MaxSessionDuration": wanted["max_session_seconds"],
    }
    request |= {"PermissionsBoundary": wanted["boundary"]} if wanted["boundary"] else {}
    return request | ({"Tags": tag_list(wanted["tags"])} if wanted["tags"] else {})


def _policy_calls(role: Mapping[str, str], wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[Call]:
    """What is attached and what is the role's own: added before anything is taken away."""
    attached, own = set(found.get("managed_policies", [])), dict(found.get("policies", {}))
    made: list[Call] = []
    for arn in sorted(set(wanted["managed_policies"]) - attached):
        made.append(("attach_role_policy", {**role, "PolicyArn": arn}))
    for policy, document in sorted(wanted["policies"].items()):
        if policy not in own or canonical(own[policy]) != canonical(document):
            made.append(
                ("put_role_policy", {**role, "PolicyName": policy, "PolicyDocument": text_of(document)}),
            )
    for arn in sorted(attached - set(wanted["managed_policies"])):
        made.append(("detach_role_policy", {**role, "PolicyArn": arn}))
    for policy in sorted(set(own) - set(wanted["policies"])):
        made.append(("delete_role_policy", {**role, "PolicyName": policy}))
    return made
