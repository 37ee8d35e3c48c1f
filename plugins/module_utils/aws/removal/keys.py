# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of KMS keys: the alias goes at once, the key when its window is over.

https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.kms.api import KmsErrors, find_key
from ansible_collections.creator.platform.plugins.module_utils.aws.kms.key import WAITING
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.model import Removal, Resource, each
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call


@KmsErrors.list_error_handler("list the aliases of the key")
@AWSRetry.jittered_backoff()
def _key(client: Any, resource: Resource) -> dict[str, Any] | None:
    """A key that has the alias still, or does not wait for its deletion yet."""
    key, alias = resource.facts["id"], f"alias/{resource.name}"
    metadata = find_key(client, key)
    if metadata is None:
        return None
    waits = metadata["KeyState"] in WAITING
    pages = client.get_paginator("list_aliases").paginate(KeyId=key)
    aliased = any(row["AliasName"] == alias for page in pages for row in page["Aliases"])
    if waits and not aliased:
        return None
    found = {"id": key, "alias": alias if aliased else "", "waits": waits}
    return {**found, "window_days": resource.facts.get("window_days")}


def _remove_key(found: Mapping[str, Any]) -> list[Call]:
    """The alias last: a key without one is found again by nobody."""
    window = {"PendingWindowInDays": found["window_days"]} if found["window_days"] else {}
    alias: list[Call] = [("delete_alias", {"AliasName": found["alias"]})] if found["alias"] else []
    key: list[Call] = [] if found["waits"] else [("schedule_key_deletion", {"KeyId": found["id"], **window})]
    return [*key, *alias]


KEYS = {"kms_key": Removal("kms", "id", each(_key), _remove_key)}
