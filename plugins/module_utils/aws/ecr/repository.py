# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ECR repository: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list


def project(repository: Mapping[str, Any], lifecycle: str | None, tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a repository, its lifecycle policy text (None: it has none) and its tags."""
    encryption = repository.get("encryptionConfiguration") or {}
    return {
        "immutable": repository.get("imageTagMutability") == "IMMUTABLE",
        "scan_on_push": bool((repository.get("imageScanningConfiguration") or {}).get("scanOnPush", False)),
        "encryption": encryption.get("encryptionType", "AES256"),
        "kms_key": encryption.get("kmsKey", ""),
        "lifecycle": json.loads(lifecycle) if lifecycle else {},
        "tags": dict(tags),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone.

    Raises ChangeError: the encryption is settled at creation.
    """
    name = params["name"]
    if found is None:
        return Steps(_create(name, desired), {}, desired)
    return _change(name, desired, found.properties, found.facts["arn"], params["purge_tags"])


def _change(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any], arn: str, purge_tags: bool) -> Steps:
    changed = [setting for setting in sorted(wanted) if setting != "tags" and wanted[setting] != found[setting]]
    fixed = [setting for setting in ("encryption", "kms_key") if setting in changed]
    if fixed:
        raise ChangeError(
            f"ECR cannot change {', '.join(fixed)} of repository {name} (found "
            f"{', '.join(str(found[setting]) for setting in fixed)}): keep it, or push to a repository of another name"
        )
    calls: list[Call] = []
    if "immutable" in changed:
        value = _mutability(wanted["immutable"])
        calls.append(("put_image_tag_mutability", {"repositoryName": name, "imageTagMutability": value}))
    if "scan_on_push" in changed:
        scanning = {"scanOnPush": wanted["scan_on_push"]}
        calls.append(
            ("put_image_scanning_configuration", {"repositoryName": name, "imageScanningConfiguration": scanning})
        )
    if "lifecycle" in changed:
        calls.append(_lifecycle(name, wanted["lifecycle"]))
    add, gone = tag_changes(found["tags"], wanted.get("tags"), purge_tags)
    if add:
        calls.append(("tag_resource", {"resourceArn": arn, "tags": tag_list(add)}))
    if gone:
        calls.append(("untag_resource", {"resourceArn": arn, "tagKeys": gone}))
    after = merged(found, wanted, changed)
    after["tags"] = with_tags(found["tags"], wanted.get("tags"), purge_tags)
    return Steps(calls, found, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the repository; without `force` ECR refuses it while images are in it."""
    request = {"repositoryName": params["name"], "force": params["force"]}
    return Steps([("delete_repository", request)], found.properties, {})


def _create(name: str, wanted: Mapping[str, Any]) -> list[Call]:
    encryption = {"encryptionType": wanted.get("encryption", "AES256")}
    if wanted.get("kms_key"):
        encryption["kmsKey"] = wanted["kms_key"]
    request = {
        "repositoryName": name,
        "imageTagMutability": _mutability(wanted.get("immutable", False)),
        "imageScanningConfiguration": {"scanOnPush": wanted.get("scan_on_push", False)},
        "encryptionConfiguration": encryption,
        "tags": tag_list(wanted.get("tags", {})),
    }
    calls: list[Call] = [("create_repository", request)]
    if wanted.get("lifecycle"):
        calls.append(_lifecycle(name, wanted["lifecycle"]))
    return calls


def _lifecycle(name: str, policy: Mapping[str, Any]) -> Call:
    if not policy:
        return "delete_lifecycle_policy", {"repositoryName": name}
    text = json.dumps(policy, sort_keys=True)
    return "put_lifecycle_policy", {"repositoryName": name, "lifecyclePolicyText": text}


def _mutability(immutable: bool) -> str:
    return "IMMUTABLE" if immutable else "MUTABLE"
