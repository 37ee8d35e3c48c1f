# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of ECR for the module: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

EcrErrors = error_handler(["RepositoryNotFoundException", "LifecyclePolicyNotFoundException"])


@EcrErrors.list_error_handler("describe the repository")
@AWSRetry.jittered_backoff()
def find_repository(client: Any, name: str) -> Any:
    """The Repository, or None."""
    return client.describe_repositories(repositoryNames=[name])["repositories"][0]


@EcrErrors.list_error_handler("read the repository's lifecycle policy")
@AWSRetry.jittered_backoff()
def lifecycle_text(client: Any, name: str) -> Any:
    """The text of the lifecycle policy, or None."""
    return client.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]


@EcrErrors.common_error_handler("list the repository's tags")
@AWSRetry.jittered_backoff()
def tags_of(client: Any, arn: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_tags_for_resource(resourceArn=arn)["tags"]
    return tag_mapping(tags)


@EcrErrors.common_error_handler("describe the registry")
@AWSRetry.jittered_backoff()
def describe_registry(client: Any) -> Any:
    """The id of the registry and its replication rules."""
    registry = client.describe_registry()
    return registry["registryId"], registry["replicationConfiguration"]["rules"]
