# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ECR repositories: tag immutability, scanning, encryption, lifecycle policy, tags.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.repository import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Repositories that are named or tagged as the component's."""
    prefix = f"{scope.platform}-{scope.environment}-"
    found = pages(client, "describe_repositories", "repositories")
    candidates = [
        repository
        for repository in found
        if repository["repositoryName"] in scope.names or repository["repositoryName"].startswith(prefix)
    ]

    def one(repository: Mapping[str, Any]) -> Resource | None:
        name = repository["repositoryName"]
        answer = client.list_tags_for_resource(resourceArn=repository["repositoryArn"])
        tags = tags_of(answer, "tags")
        if name not in scope.names and not is_ours(tags, scope):
            return None
        policy = optional(client, "get_lifecycle_policy", ("LifecyclePolicyNotFoundException",), repositoryName=name)
        text = None if policy is None else policy["lifecyclePolicyText"]
        facts = {"arn": repository["repositoryArn"], "uri": repository["repositoryUri"]}
        return Resource("ecr_repository", name, project(repository, text, tags), scope.region, facts)

    return [resource for resource in at_once(one, candidates) if resource is not None]


# Protected whether images are in it or not, as a bucket is: an image that is pushed after the plan is no less dear.
KIND = Kind("ecr_repository", "ecr", read, Rules(immutable=frozenset({"encryption", "kms_key"}), protected=True))
