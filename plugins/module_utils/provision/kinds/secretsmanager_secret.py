# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of Secrets Manager: that they exist, their key and tags. The value is never read: a plan holds no secret.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_SecretListEntry.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def project(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of an entry of ListSecrets; an absent key means AWS's own (aws/secretsmanager)."""
    return {
        "description": entry.get("Description", ""),
        "kms_key": entry.get("KmsKeyId", ""),
        "tags": tags_of(entry),
    }


def read(client: Any, scope: Scope) -> list[Resource]:
    """Secrets that are named or tagged as the component's; those waiting for deletion are not there any more."""
    prefix = f"{scope.platform}-{scope.environment}-"
    found = pages(client, "list_secrets", "SecretList", Filters=[{"Key": "name", "Values": [prefix]}])
    resources = [
        Resource("secretsmanager_secret", entry["Name"], project(entry), scope.region, {"arn": entry["ARN"]})
        for entry in found
    ]
    return [item for item in resources if item.name in scope.names or is_ours(item.properties["tags"], scope)]


KIND = Kind("secretsmanager_secret", "secretsmanager", read, Rules(protected=True))
