# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of S3 for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.bucket import SETTINGS
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError

#: NoSuchBucket too: in check mode the bucket may still have to be created, and so has no configuration.
#: HEAD has no body, so a missing bucket is a plain 404 there.
ABSENT = ["ReplicationConfigurationNotFoundError", "NoSuchBucket", "404"]


S3Errors = error_handler(ABSENT)


@S3Errors.list_error_handler("read the bucket's replication")
@AWSRetry.jittered_backoff()
def find_replication(client: Any, bucket: str) -> Any:
    """The ReplicationConfiguration of a bucket, or None."""
    return client.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]


def find_bucket(client: Any, name: str) -> dict[str, Any] | None:
    """Answers to all SETTINGS of a bucket, None when there is no such bucket. Raises AnsibleAWSError."""
    if not _exists(client, name):
        return None
    return {setting: _setting(client, name, operation, codes) for setting, (operation, codes) in SETTINGS.items()}


@S3Errors.list_error_handler("look for the bucket", False)
@AWSRetry.jittered_backoff()
def _exists(client: Any, name: str) -> Any:
    client.head_bucket(Bucket=name)
    return True


@S3Errors.common_error_handler("read the bucket's settings")
@AWSRetry.jittered_backoff()
def _setting(client: Any, name: str, operation: str, codes: tuple[str, ...]) -> Any:
    try:
        return getattr(client, operation)(Bucket=name)
    except is_boto3_error_code(codes):
        return None


def empty(client: Any, name: str, *, bypass_governance: bool) -> None:
    """Remove every version of every object, every marker and every unfinished upload of a bucket.

    Raises ChangeError that names an object which S3 keeps (a lock that has not run out), AnsibleAWSError for anything else.
    """
    for upload in _listed(client, "list_multipart_uploads", "Uploads", name):
        _abort(client, name, upload["Key"], upload["UploadId"])
    for page in _pages(client, "list_object_versions", name):
        rows = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not rows:
            continue
        objects = [{"Key": row["Key"], "VersionId": row["VersionId"]} for row in rows]
        kept = _remove(client, name, objects, bypass_governance)
        if kept:
            raise ChangeError(
                f"bucket {name} cannot be emptied: S3 keeps {kept[0]['Key']} and {len(kept) - 1} more of its objects "
                f"({kept[0].get('Message', kept[0]['Code'])}); a lock in mode COMPLIANCE has to run out, one in mode "
                "GOVERNANCE can be passed by with bypass_governance"
            )


@S3Errors.common_error_handler("list what is in the bucket")
@AWSRetry.jittered_backoff()
def _pages(client: Any, operation: str, name: str) -> Any:
    return list(client.get_paginator(operation).paginate(Bucket=name))


def _listed(client: Any, operation: str, key: str, name: str) -> list[Any]:
    return [row for page in _pages(client, operation, name) for row in page.get(key, [])]


@S3Errors.common_error_handler("abort an upload")
@AWSRetry.jittered_backoff()
def _abort(client: Any, name: str, key: str, upload: str) -> Any:
    return client.abort_multipart_upload(Bucket=name, Key=key, UploadId=upload)


@S3Errors.common_error_handler("remove what is in the bucket")
@AWSRetry.jittered_backoff()
def _remove(client: Any, name: str, objects: list[dict[str, str]], bypass_governance: bool) -> Any:
    bypass = {"BypassGovernanceRetention": True} if bypass_governance else {}
    answer = client.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True}, **bypass)
    return answer.get("Errors", [])
