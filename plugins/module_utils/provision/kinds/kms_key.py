# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Customer keys of KMS, by their alias without `alias/`.

https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.kms.key import ROTATION_DAYS, WAITING, project
from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

PREFIX = "alias/"


def read(client: Any, scope: Scope) -> list[Resource]:
    """Keys whose alias is desired, or begins as the environment's do and is tagged as the component's; 4 reads a key."""
    environment = f"{scope.platform}-{scope.environment}-"
    aliases = {}
    for row in listing(client, "list_aliases", "Aliases"):
        name = row["AliasName"].removeprefix(PREFIX)
        if row.get("TargetKeyId") and (name in scope.names or name.startswith(environment)):
            aliases[name] = row["TargetKeyId"]

    def one(alias: tuple[str, str]) -> Resource | None:
        name, key = alias
        tags = tags_of(client.list_resource_tags(KeyId=key))
        if name not in scope.names and not is_ours(tags, scope):
            return None
        metadata = client.describe_key(KeyId=key)["KeyMetadata"]
        facts = {"id": key, "arn": metadata["Arn"]}
        return Resource("kms_key", name, _properties(client, key, metadata, tags), scope.region, facts)

    return [resource for resource in at_once(one, sorted(aliases.items())) if resource is not None]


def _properties(client: Any, key: str, metadata: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    rotation: Mapping[str, Any] = {}
    policy = ""
    if metadata["KeyState"] not in WAITING:  # AWS refuses both reads for a key that waits for its deletion
        rotation = client.get_key_rotation_status(KeyId=key)
        policy = client.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    properties = project(metadata, rotation, policy, tags)
    del properties["enabled"]  # the state says it
    return properties


def normalize(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """The policy in canonical form."""
    return {**properties, "policy": canonical(properties["policy"])} if "policy" in properties else properties


KIND = Kind(
    "kms_key",
    "kms",
    read,
    Rules(
        immutable=frozenset({"spec", "usage", "multi_region", "replica_of"}),
        defaults={
            "state": "Enabled",
            "spec": "SYMMETRIC_DEFAULT",
            "usage": "ENCRYPT_DECRYPT",
            "multi_region": False,
            "replica_of": "",
            "rotation": True,
            "rotation_days": ROTATION_DAYS,
        },
        protected=True,
        normalize=normalize,
    ),
)
