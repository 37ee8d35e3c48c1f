# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An EKS access entry with its policies: what it is and what leads to what it should be. Standard library only.

https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


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
