# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a push to ECR asks of its API: a credential, and which image a tag is. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

ImageErrors = error_handler(["ImageNotFoundException"])


@ImageErrors.common_error_handler("ask for the credential of the registry")
@AWSRetry.jittered_backoff()
def credential(client: Any) -> tuple[str, str]:
    """The registry's URL, and base64 of user and password.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
    """
    [data] = client.get_authorization_token()["authorizationData"]
    return data["proxyEndpoint"], data["authorizationToken"]


@ImageErrors.list_error_handler("describe the image", "")
@AWSRetry.jittered_backoff()
def digest_of_tag(client: Any, repository: str, tag: str) -> str:
    """Digest of the image that has the tag, "" when none has it.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
    """
    [image] = client.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])["imageDetails"]
    return str(image["imageDigest"])
