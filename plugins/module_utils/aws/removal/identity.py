# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of IAM roles, customer managed policies and identity providers, and of Access Analyzer's analyzers.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html
https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_DeleteAnalyzer.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.api import IamErrors
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.model import Removal, Resource, each
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call

AnalyzerErrors = error_handler(["ResourceNotFoundException"])


@IamErrors.list_error_handler("list what hangs on it")
@AWSRetry.jittered_backoff()
def _listed(client: Any, operation: str, key: str, **parameters: Any) -> Any:
    """All items, or None where there is no such role or policy."""
    return [item for page in client.get_paginator(operation).paginate(**parameters) for item in page[key]]


def _role(client: Any, resource: Resource) -> dict[str, Any] | None:
    """A role with all that DeleteRole wants gone before."""
    name = {"RoleName": resource.name}
    attached = _listed(client, "list_attached_role_policies", "AttachedPolicies", **name)
    inline = _listed(client, "list_role_policies", "PolicyNames", **name)
    profiles = _listed(client, "list_instance_profiles_for_role", "InstanceProfiles", **name)
    if attached is None or inline is None or profiles is None:
        return None
    return {
        "name": resource.name,
        "attached": [row["PolicyArn"] for row in attached],
        "inline": inline,
        "profiles": [row["InstanceProfileName"] for row in profiles],
    }


def _remove_role(found: Mapping[str, Any]) -> list[Call]:
    """Instance profiles lose the role and stay: they are no part of it."""
    role = {"RoleName": found["name"]}
    calls: list[Call] = [("detach_role_policy", {**role, "PolicyArn": arn}) for arn in found["attached"]]
    calls += [("delete_role_policy", {**role, "PolicyName": name}) for name in found["inline"]]
    calls += [
        ("remove_role_from_instance_profile", {**role, "InstanceProfileName": name}) for name in found["profiles"]
    ]
    return [*calls, ("delete_role", role)]


def _policy(client: Any, resource: Resource) -> dict[str, Any] | None:
    arn = resource.facts["arn"]
    versions = _listed(client, "list_policy_versions", "Versions", PolicyArn=arn)
    if versions is None:
        return None
    return {"arn": arn, "versions": [row["VersionId"] for row in versions if not row["IsDefaultVersion"]]}


def _remove_policy(found: Mapping[str, Any]) -> list[Call]:
    """It is detached from nobody: who still has it may be a stranger, and then AWS refuses (DeleteConflict)."""
    policy = {"PolicyArn": found["arn"]}
    calls: list[Call] = [("delete_policy_version", {**policy, "VersionId": version}) for version in found["versions"]]
    return [*calls, ("delete_policy", policy)]


@IamErrors.list_error_handler("read the provider")
@AWSRetry.jittered_backoff()
def _provider(client: Any, resource: Resource) -> Any:
    client.get_open_id_connect_provider(OpenIDConnectProviderArn=resource.facts["arn"])
    return resource.facts["arn"]


def _remove_provider(arn: str) -> list[Call]:
    return [("delete_open_id_connect_provider", {"OpenIDConnectProviderArn": arn})]


@AnalyzerErrors.list_error_handler("read the analyzer")
@AWSRetry.jittered_backoff()
def _analyzer(client: Any, resource: Resource) -> Any:
    return client.get_analyzer(analyzerName=resource.name)["analyzer"]["name"]


def _remove_analyzer(name: str) -> list[Call]:
    return [("delete_analyzer", {"analyzerName": name})]


IDENTITY = {
    # Roles first: what is attached to one, or bounds it, cannot go.
    "iam_role": Removal("iam", "", each(_role), _remove_role),
    "iam_managed_policy": Removal("iam", "arn", each(_policy), _remove_policy),
    "iam_oidc_provider": Removal("iam", "arn", each(_provider), _remove_provider),
    "accessanalyzer_analyzer": Removal("accessanalyzer", "", each(_analyzer), _remove_analyzer),
}
