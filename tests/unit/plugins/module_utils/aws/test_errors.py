# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What boto3 raises, as a sentence that says what to do."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import explain
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "words"}}, "DescribeVpcs")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (refused("Throttling"), "Throttling", "DescribeVpcs: Throttling: words"),
        (refused("ExpiredToken"), "ExpiredToken", "log in again and repeat the run"),
        (refused("InvalidClientTokenId"), "InvalidClientTokenId", "AWS does not know these credentials"),
        (refused("UnauthorizedOperation"), "UnauthorizedOperation", "the role of this run lacks that permission"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:9"), "Unreachable", "python -m localcloud up"),
        (NoCredentialsError(), "NoCredentials", "aws sso login"),
        (ReadTimeoutError(endpoint_url="http://x"), "ReadTimeoutError", "http://x"),
    ],
)
def test_explain(error: Exception, code: str, words: str) -> None:
    explained = explain(error)
    assert explained.code == code
    assert words in str(explained)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("RequestLimitExceeded", "throttles"),
        ("ThrottlingException", "throttles"),
        ("SlowDown", "throttles"),
        ("VpcLimitExceeded", "quota"),
        ("InstanceQuotaExceeded", "quota"),
        ("ServiceQuotaExceededException", "quota"),
        ("LimitExceededException", "quota"),
        ("ExpiredToken", "log in again"),
    ],
)
def test_throttling_quotas_and_expiry_say_what_to_do(code: str, words: str) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateVpc")
    assert words in str(explain(error))
