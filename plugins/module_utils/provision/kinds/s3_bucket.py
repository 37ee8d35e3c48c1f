# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 buckets: versioning, encryption, public access block, ownership, policy, lifecycle, tags.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.bucket import SETTINGS, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Buckets of the scope's region: those named and those tagged as the component's under the environment's prefix."""
    prefix = f"{scope.platform}-{scope.environment}-"
    found = pages(client, "list_buckets", "Buckets", BucketRegion=scope.region)
    names = [bucket["Name"] for bucket in found if bucket["Name"].startswith(prefix) or bucket["Name"] in scope.names]

    def one(name: str) -> Resource | None:
        tagging = optional(client, *SETTINGS["tagging"], Bucket=name)
        if name not in scope.names and not is_ours(tags_of(tagging or {}, "TagSet"), scope):
            return None
        others = {setting: ask for setting, ask in SETTINGS.items() if setting != "tagging"}
        answers = {setting: optional(client, *ask, Bucket=name) for setting, ask in others.items()}
        properties = project({**answers, "tagging": tagging})
        return Resource("s3_bucket", name, properties, scope.region, {"arn": f"arn:aws:s3:::{name}"})

    return [resource for resource in at_once(one, names) if resource is not None]


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
