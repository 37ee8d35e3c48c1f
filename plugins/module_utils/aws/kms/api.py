# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of KMS for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.kms.key import WAITING

KmsErrors = error_handler(["NotFoundException"])


@KmsErrors.list_error_handler("describe the key")
@AWSRetry.jittered_backoff()
def find_key(client: Any, key: str) -> Any:
    """Its KeyMetadata by id or ARN; None when there is none."""
    return client.describe_key(KeyId=key)["KeyMetadata"]


@KmsErrors.common_error_handler("list the aliases of keys")
@AWSRetry.jittered_backoff()
def find_by_alias(client: Any, alias: str) -> Any:
    """KeyMetadata of the key that an alias, without alias/, leads to; None when there is no such alias.

    Through the list: who may use certain keys only is denied, and not told that there is none, when asking for an alias.
    """
    for page in client.get_paginator("list_aliases").paginate():
        for row in page["Aliases"]:
            if row["AliasName"] == f"alias/{alias}" and row.get("TargetKeyId"):
                return client.describe_key(KeyId=row["TargetKeyId"])["KeyMetadata"]
    return None


@KmsErrors.common_error_handler("look for a key without an alias")
@AWSRetry.jittered_backoff()
def find_nameless(client: Any, name: str) -> Any:
    """KeyMetadata of a key that no alias leads to and whose tag Name is `name`: a run ended between the two calls."""
    aliases = client.get_paginator("list_aliases").paginate()
    named = {row.get("TargetKeyId") for page in aliases for row in page["Aliases"]}
    keys = [row["KeyId"] for page in client.get_paginator("list_keys").paginate() for row in page["Keys"]]
    for key in keys:
        if key in named:
            continue
        metadata = client.describe_key(KeyId=key)["KeyMetadata"]
        if metadata["KeyManager"] != "CUSTOMER" or metadata["KeyState"] in WAITING:
            continue
        if tags_of(client, key).get("Name") == name:
            return metadata
    return None


@KmsErrors.common_error_handler("list the key's tags")
@AWSRetry.jittered_backoff()
def tags_of(client: Any, key: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    pages = client.get_paginator("list_resource_tags").paginate(KeyId=key)
    tags = {tag["TagKey"]: tag["TagValue"] for page in pages for tag in page["Tags"]}
    return {name: value for name, value in tags.items() if not name.startswith("aws:")}


@KmsErrors.common_error_handler("read the key's rotation and policy")
@AWSRetry.jittered_backoff()
def settings_of(client: Any, metadata: Mapping[str, Any]) -> tuple[Any, str]:
    """Rotation status and policy; nothing of either while the key waits for its deletion, when AWS refuses both reads."""
    if metadata["KeyState"] in WAITING:
        return {}, ""
    key = metadata["KeyId"]
    return client.get_key_rotation_status(KeyId=key), client.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
