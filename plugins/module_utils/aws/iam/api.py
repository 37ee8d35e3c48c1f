# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of IAM for the modules. Errors are AnsibleAWSError."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

IamErrors = error_handler(["NoSuchEntity"])


@IamErrors.list_error_handler("read the OpenID Connect provider")
@AWSRetry.jittered_backoff()
def provider_of(client: Any, arn: str) -> Any:
    """The answer of GetOpenIDConnectProvider, or None."""
    return client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)


@IamErrors.common_error_handler("list OpenID Connect providers")
@AWSRetry.jittered_backoff()
def provider_arns(client: Any) -> Any:
    """ARNs of all providers of the account."""
    return [row["Arn"] for row in client.list_open_id_connect_providers()["OpenIDConnectProviderList"]]


@IamErrors.list_error_handler("read the account's password policy")
@AWSRetry.jittered_backoff()
def password_policy(client: Any) -> Any:
    """The PasswordPolicy, or None while AWS's own default holds."""
    return client.get_account_password_policy()["PasswordPolicy"]


@IamErrors.common_error_handler("read the account's policies")
@AWSRetry.jittered_backoff()
def policy_details(client: Any, names: Collection[str]) -> dict[str, Any]:
    """ManagedPolicyDetail by name of those of the account's own policies that are named, with their Tags besides."""
    pages = client.get_paginator("get_account_authorization_details").paginate(Filter=["LocalManagedPolicy"])
    found = {row["PolicyName"]: row for page in pages for row in page["Policies"] if row["PolicyName"] in names}
    return {name: {**row, "Tags": _policy_tags(client, row["Arn"])} for name, row in found.items()}


def _policy_tags(client: Any, arn: str) -> Any:
    pages = client.get_paginator("list_policy_tags").paginate(PolicyArn=arn)
    return [tag for page in pages for tag in page["Tags"]]


@IamErrors.common_error_handler("read the account's roles")
@AWSRetry.jittered_backoff()
def role_details(client: Any, names: Collection[str]) -> Any:
    """{name: (RoleDetail, Role of ListRoles)} of the roles that are named; {} for what one of the two reads did not see."""
    pages = client.get_paginator("get_account_authorization_details").paginate(Filter=["Role"])
    found = {row["RoleName"]: row for page in pages for row in page["RoleDetailList"] if row["RoleName"] in names}
    briefs = {row["RoleName"]: row for page in client.get_paginator("list_roles").paginate() for row in page["Roles"]}
    return {name: (row, briefs.get(name, {})) for name, row in found.items()}
