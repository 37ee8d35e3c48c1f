# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What boto3 raises, as one sentence that says what to do."""

from __future__ import annotations

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    #: What boto3 raises for an answer that is an error, and for no answer.
    AWS_ERRORS: tuple[type[BotoCoreError | ClientError], ...] = (BotoCoreError, ClientError)
except ImportError:  # AnsibleAWSModule tells that it is missing; ansible-test imports every module without it
    AWS_ERRORS = ()

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure"})
REJECTED = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidAccessKeyId"}
)
#: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the services' own words for it
THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
    }
)
#: Codes that end so, or begin so, say that a quota of the account is reached: VpcLimitExceeded, InstanceQuotaExceeded …
QUOTA = (
    "LimitExceeded",
    "LimitExceededException",
    "QuotaExceeded",
    "QuotaExceededFault",
    "ServiceQuotaExceededException",
)


class AwsError(Exception):
    """AWS refused or did not answer; the text names the operation, the reason and what to do. `code` is AWS's own."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def explain(error: Exception) -> AwsError:
    """The AwsError for what boto3 raised."""
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, (EndpointConnectionError, ConnectTimeoutError)):
        hint = "is the network up, and the local cloud running (python -m localcloud up) if it is meant?"
        return AwsError(f"no answer from AWS: {error} {hint}", "Unreachable")
    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        return AwsError(
            "no AWS credentials found: log in (aws sso login) or set AWS_PROFILE for this run", "NoCredentials"
        )
    return AwsError(f"{type(error).__name__}: {error}", type(error).__name__)


def code_of(error: ClientError) -> str:
    """AWS's error code, for example `ResourceNotFoundException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _refused(error: ClientError) -> AwsError:
    code = code_of(error)
    text = f"{error.operation_name}: {code}: {error.response.get('Error', {}).get('Message', '')}".rstrip(": ")
    if code in EXPIRED:
        text += " (the credentials expired: log in again and repeat the run, it continues where it stopped)"
    elif code in REJECTED:
        text += " (AWS does not know these credentials: check AWS_PROFILE or the access key of this environment)"
    elif code in THROTTLED:
        text += " (AWS throttles this account and did so for all attempts: wait some minutes and run again)"
    elif code.endswith(QUOTA):
        text += " (a quota of the account is reached: have it raised in Service Quotas, or make room, and run again)"
    elif code in DENIED:
        text += " (the role of this run lacks that permission)"
    return AwsError(text, code)
