# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of IAM for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

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
