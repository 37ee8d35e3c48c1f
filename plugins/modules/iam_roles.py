# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_roles
short_description: Create or change roles of IAM with all that is theirs, several at once
version_added: 0.1.0
description:
  - Keeps several roles of the account by their names, each with its trust, boundary, attached and own policies, and tags. Roles
    that are not given are left alone; M(creator.platform.resource_removal) removes.
  - A role is created within its boundary, and what narrows it comes before what it may do. What it may do is added before
    anything is taken away.
  - M(amazon.aws.iam_role) keeps one role without its own policies.
options:
  roles:
    description: The roles.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the role.
        type: str
        required: true
      path:
        description: Path of the role, which cannot change.
        type: str
        default: /
      description:
        description: What the role is for.
        type: str
        default: ""
      trust:
        description: The document that says who may take it on.
        type: dict
        required: true
      boundary:
        description: ARN of the policy that bounds what it may do. None when it is empty.
        type: str
        default: ""
      max_session_seconds:
        description: How long a session of it can be, in seconds, from 3600 to 43200.
        type: int
        default: 3600
      managed_policies:
        description: ARNs of all policies that are attached to it.
        type: list
        elements: str
        default: []
      policies:
        description: All policies that are its own, as documents by their names.
        type: dict
        default: {}
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
- name: Let pods read their bucket
  creator.platform.iam_roles:
    roles:
      - name: creator-dev-media
        description: What the media service may do
        trust:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal: {Service: pods.eks.amazonaws.com}
              Action: ["sts:AssumeRole", "sts:TagSession"]
        boundary: arn:aws:iam::123456789012:policy/creator-dev-boundary
        policies:
          own:
            Version: "2012-10-17"
            Statement:
              - {Sid: Read, Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::creator-dev-media/*"}
        tags: {platform: creator, environment: dev}
"""

RETURN = r"""
arns:
  description: The ARNs of the roles that exist after the run, by name.
  returned: success
  type: dict
  sample: {creator-dev-media: "arn:aws:iam::123456789012:role/creator-dev-media"}
"""

from collections.abc import Collection
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.api import role_details
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.roles import calls, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.several import Several, run
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

PROPERTIES: dict[str, Any] = {
    "path": {"type": "str", "default": "/"},
    "description": {"type": "str", "default": ""},
    "trust": {"type": "dict", "required": True},
    "boundary": {"type": "str", "default": ""},
    "max_session_seconds": {"type": "int", "default": 3600},
    "managed_policies": {"type": "list", "elements": "str", "default": []},
    "policies": {"type": "dict", "default": {}},
    "tags": {"type": "dict", "default": {}},
}


def find(client: Any, names: Collection[str]) -> dict[str, dict[str, Any]]:
    """Those of the roles that exist."""
    return {
        name: {**project(row, brief), "tags": tag_mapping(row.get("Tags")), "arn": row["Arn"]}
        for name, (row, brief) in role_details(client, names).items()
    }


def main() -> None:
    run(Several("role", "roles", "Role", PROPERTIES, find, normalize, calls))


if __name__ == "__main__":
    main()
