# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of ECR's repositories, with their images.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.api import find_repository
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.model import Removal, Resource, each
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call


def _repository(client: Any, resource: Resource) -> Any:
    found = find_repository(client, resource.name)
    return found and found["repositoryName"]


def _remove_repository(name: str) -> list[Call]:
    return [("delete_repository", {"repositoryName": name, "force": True})]


REGISTRY = {"ecr_repository": Removal("ecr", "", each(_repository), _remove_repository)}
