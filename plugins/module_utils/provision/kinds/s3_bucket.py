# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 buckets: versioning, encryption, public access block, ownership, policy, lifecycle, tags.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.clients import CONNECTIONS
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.bucket import SETTINGS, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Buckets of the scope's region: those named and those tagged as the component's under the environment's prefix."""
    prefix = f"{scope.platform}-{scope.environment}-"
    found = pages(client, "list_buckets", "Buckets", BucketRegion=scope.region)
    names = [bucket["Name"] for bucket in found if bucket["Name"].startswith(prefix) or bucket["Name"] in scope.names]

    tagged = zip(names, _answers(client, [(name, "tagging") for name in names]), strict=True)
    ours = {
        name: {"tagging": tagging}
        for name, tagging in tagged
        if name in scope.names or is_ours(tags_of(tagging or {}, "TagSet"), scope)
    }
    questions = [(name, setting) for name in ours for setting in SETTINGS if setting != "tagging"]
    for (name, setting), answer in zip(questions, _answers(client, questions), strict=True):
        ours[name][setting] = answer
    return [
        Resource("s3_bucket", name, project(answers), scope.region, {"arn": f"arn:aws:s3:::{name}"})
        for name, answers in ours.items()
    ]


def _answers(client: Any, questions: Sequence[tuple[str, str]]) -> list[Any]:
    """To (bucket, setting), None for what a bucket does not have. S3 takes more at once than other services: nine a bucket."""
    return at_once(lambda asked: optional(client, *SETTINGS[asked[1]], Bucket=asked[0]), questions, CONNECTIONS)


KIND = Kind(
    "s3_bucket",
    "s3",
    read,
    Rules(
        unordered=frozenset({"lifecycle"}),
        protected=True,
        normalize=normalize,
        tagged_later="it is created by CreateBucket and tagged by PutBucketTagging",
    ),
)
