# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_managed_policies
short_description: Create or change managed policies of IAM, several at once
version_added: 0.1.0
description:
  - Keeps several managed policies of the account by their names, each with its document as its only version, and its tags.
    Policies that are not given are left alone; M(creator.platform.resource_removal) removes.
  - A new version is in force before the old one goes. Versions that are not in force are removed, as whoever may choose a
    version could bring back what was taken away with it.
  - M(amazon.aws.iam_managed_policy) keeps one policy, and for each lists all that there are, AWS's own too.
options:
  policies:
    description: The policies.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the policy.
        type: str
        required: true
      path:
        description: Path of the policy, which cannot change.
        type: str
        default: /
      document:
        description: The document of the policy.
        type: dict
        required: true
      tags:
        description: All tags.
        type: dict
        default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource.setting
"""

EXAMPLES = r"""
- name: Keep what readers may do
  creator.platform.iam_managed_policies:
    policies:
      - name: creator-dev-read
        document:
          Version: "2012-10-17"
          Statement:
            - {Sid: Look, Effect: Allow, Action: "s3:ListAllMyBuckets", Resource: "*"}
        tags: {platform: creator, environment: dev}
"""

RETURN = r"""
arns:
  description: The ARNs of the policies that exist after the run, by name.
  returned: success
  type: dict
  sample: {creator-dev-read: "arn:aws:iam::123456789012:policy/creator-dev-read"}
"""

from collections.abc import Collection
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.api import policy_details
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.policies import (
    calls,
    normalize,
    project,
    versions,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.several import Several, run
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

PROPERTIES: dict[str, Any] = {
    "path": {"type": "str", "default": "/"},
    "document": {"type": "dict", "required": True},
    "tags": {"type": "dict", "default": {}},
}


def find(client: Any, names: Collection[str]) -> dict[str, dict[str, Any]]:
    """Those of the policies that exist."""
    return {
        name: {**project(row), "tags": tag_mapping(row.get("Tags")), "arn": row["Arn"], "versions": versions(row)}
        for name, row in policy_details(client, names).items()
    }


def main() -> None:
    run(Several("policy", "policies", "Policy", PROPERTIES, find, normalize, calls))


if __name__ == "__main__":
    main()
