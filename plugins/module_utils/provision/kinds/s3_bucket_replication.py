# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication of S3 buckets: one configuration a bucket, named after its bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.replication import project_rules
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

#: NoSuchBucket: a configuration whose bucket is still to be created does not exist either.
ABSENT = ("ReplicationConfigurationNotFoundError", "NoSuchBucket")


def project(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a ReplicationConfiguration."""
    return {"role_arn": configuration["Role"], "rules": project_rules(configuration["Rules"])}


def read(client: Any, scope: Scope) -> list[Resource]:
    """Configurations of the named buckets: a bucket's configuration has no tags of its own."""

    def one(name: str) -> Resource | None:
        answer = optional(client, "get_bucket_replication", ABSENT, Bucket=name)
        if answer is None:
            return None
        return Resource("s3_bucket_replication", name, project(answer["ReplicationConfiguration"]), scope.region)

    return [resource for resource in at_once(one, scope.names) if resource is not None]


KIND = Kind("s3_bucket_replication", "s3", read, Rules(unordered=frozenset({"rules"})))
