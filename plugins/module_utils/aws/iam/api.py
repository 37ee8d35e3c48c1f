# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of IAM for the modules: the answer, or None when there is no such thing. Errors are IamError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class IamError(AnsibleAWSError):
    """IAM refused a read or did not answer."""


class IamErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into IamError and absence into None."""

    _CUSTOM_EXCEPTION = IamError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code("NoSuchEntity")


@IamErrorHandler.list_error_handler("read the OpenID Connect provider")
@AWSRetry.jittered_backoff()
def provider_of(client: Any, arn: str) -> Any:
    """The answer of GetOpenIDConnectProvider, or None."""
    return client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)


@IamErrorHandler.common_error_handler("list OpenID Connect providers")
@AWSRetry.jittered_backoff()
def provider_arns(client: Any) -> Any:
    """ARNs of all providers of the account."""
    return [row["Arn"] for row in client.list_open_id_connect_providers()["OpenIDConnectProviderList"]]


@IamErrorHandler.list_error_handler("read the account's password policy")
@AWSRetry.jittered_backoff()
def password_policy(client: Any) -> Any:
    """The PasswordPolicy, or None while AWS's own default holds."""
    return client.get_account_password_policy()["PasswordPolicy"]
