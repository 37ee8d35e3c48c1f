# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of ACM for the module. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.acm.certificate import KEY_TYPES
from ansible_collections.creator.platform.plugins.module_utils.aws.acm.names import certificate_tags
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

AcmErrors = error_handler(["ResourceNotFoundException"])


@AcmErrors.common_error_handler("list certificates")
@AWSRetry.jittered_backoff()
def named(client: Any, name: str) -> Any:
    """(ARN, tags) of the certificate whose tag Name is `name`, or None."""
    for page in client.get_paginator("list_certificates").paginate(Includes={"keyTypes": KEY_TYPES}):
        for row in page["CertificateSummaryList"]:
            tags = certificate_tags(client, row["CertificateArn"])
            if tags.get("Name") == name:
                return row["CertificateArn"], tags
    return None


@AcmErrors.list_error_handler("describe the certificate")
@AWSRetry.jittered_backoff()
def describe(client: Any, arn: str) -> Any:
    """The certificate, or None."""
    return client.describe_certificate(CertificateArn=arn)["Certificate"]
