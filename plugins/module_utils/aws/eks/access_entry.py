# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An EKS access entry with its policies: what it is and what leads to what it should be. Standard library only.

https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.tagging import tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Steps,
    merged,
    with_tags,
)


def project(entry: Mapping[str, Any], policies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Properties of an AccessEntry and its associated policies, policies sorted by ARN."""
    return {
        "type": entry.get("type", "STANDARD"),
        "username": entry.get("username", ""),
        "kubernetes_groups": sorted(entry.get("kubernetesGroups") or []),
        "policies": sorted((_policy(policy) for policy in policies), key=lambda policy: policy["policy_arn"]),
        "tags": {name: value for name, value in (entry.get("tags") or {}).items() if not name.startswith("aws:")},
    }


def _policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    scope = policy.get("accessScope") or {}
    return {"policy_arn": policy["policyArn"], "namespaces": sorted(scope.get("namespaces") or [])}


def differences(desired: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Names of the desired properties (None: leave alone) that differ, tags and policies left out."""
    return sorted(
        name
        for name, value in desired.items()
        if name not in ("tags", "policies") and value is not None and _plain(value) != _plain(found.get(name))
    )


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def policy_changes(
    desired: Iterable[Mapping[str, Any]], found: Iterable[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Policies to associate (anew or with another scope) and policy ARNs to take away."""
    wanted = {policy["policy_arn"]: sorted(policy.get("namespaces") or []) for policy in desired}
    have = {policy["policy_arn"]: sorted(policy.get("namespaces") or []) for policy in found}
    associate = [
        {"policy_arn": arn, "namespaces": names} for arn, names in sorted(wanted.items()) if have.get(arn) != names
    ]
    return associate, sorted(arn for arn in have if arn not in wanted)


def access_scope(namespaces: list[str]) -> dict[str, Any]:
    """AccessScope of an association: the whole cluster, or the namespaces given."""
    return {"type": "namespace", "namespaces": namespaces} if namespaces else {"type": "cluster"}


def present(
    cluster: str,
    principal_arn: str,
    desired: Mapping[str, Any],
    found: Mapping[str, Any] | None,
    policies: Iterable[Mapping[str, Any]],
    *,
    purge_tags: bool,
) -> Steps:
    """Steps towards the desired entry and its policies (None: leave them alone). Raises ChangeError."""
    place = {"clusterName": cluster, "principalArn": principal_arn}
    if found is None:
        create = {**place, "type": desired.get("type") or "STANDARD", "tags": dict(desired.get("tags") or {})}
        create.update(_settings(desired))
        associate, _gone = policy_changes(desired.get("policies") or [], [])
        calls: list[Call] = [("create_access_entry", create), *_policy_calls(place, associate, [])]
        return Steps(calls, {}, {key: value for key, value in desired.items() if value is not None})
    before = project(found, policies)
    changed = differences(desired, before)
    if "type" in changed:
        raise ChangeError(
            f"EKS cannot change the type of access entry {principal_arn} of cluster {cluster} from {before['type']} to "
            f"{desired['type']}: remove the entry first"
        )
    calls = tag_calls(found["accessEntryArn"], before["tags"], desired.get("tags"), purge_tags)
    if changed:
        calls.append(("update_access_entry", {**place, **_settings(desired)}))
    if desired.get("policies") is not None:
        associate, gone = policy_changes(desired["policies"], before["policies"])
        calls += _policy_calls(place, associate, gone)
        changed = [*changed, *(["policies"] if associate or gone else [])]
    after = merged(before, desired, changed)
    after["tags"] = with_tags(before["tags"], desired.get("tags"), purge_tags)
    return Steps(calls, before, after)


def _settings(desired: Mapping[str, Any]) -> dict[str, Any]:
    names = {"username": "username", "kubernetes_groups": "kubernetesGroups"}
    return {field: desired[name] for name, field in names.items() if desired.get(name) is not None}


def _policy_calls(place: Mapping[str, str], associate: list[dict[str, Any]], gone: list[str]) -> list[Call]:
    calls: list[Call] = [("disassociate_access_policy", {**place, "policyArn": arn}) for arn in gone]
    for policy in associate:
        scope = access_scope(policy["namespaces"])
        calls.append(("associate_access_policy", {**place, "policyArn": policy["policy_arn"], "accessScope": scope}))
    return calls


def absent(
    cluster: str, principal_arn: str, found: Mapping[str, Any] | None, policies: Iterable[Mapping[str, Any]]
) -> Steps:
    """Steps that remove the entry (its associations go with it)."""
    if found is None:
        return Steps()
    place = {"clusterName": cluster, "principalArn": principal_arn}
    return Steps([("delete_access_entry", place)], project(found, policies), {})
