# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_origin_access_control
short_description: Create, change or remove an origin access control of CloudFront
version_added: 0.1.0
description:
  - Brings an origin access control to what is described. An option that is not given is left alone.
options:
  name:
    description: Name of the origin access control.
    type: str
    required: true
  description:
    description: What it is for.
    type: str
  origin_type:
    description: What kind of origin CloudFront signs its requests to.
    type: str
    choices: [s3, mediastore, mediapackagev2, lambda]
  signing:
    description: Which requests are signed.
    type: str
    choices: [always, never, no-override]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Let CloudFront sign its requests to buckets
  creator.platform.cloudfront_origin_access_control:
    name: creator-dev-buckets
    region: us-east-1
"""

RETURN = r"""
origin_access_control:
  description: The origin access control after the run, its properties and its C(id); empty when there is none.
  returned: always
  type: dict
  sample: {origin_type: s3, signing: always}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.access_control import (
    absent,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.api import find_access_control
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "description": {"type": "str"},
    "origin_type": {"type": "str", "choices": ["s3", "mediastore", "mediapackagev2", "lambda"]},
    "signing": {"type": "str", "choices": ["always", "never", "no-override"]},
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The origin access control as it is."""
    found = find_access_control(client, params["name"])
    if not found:
        return None
    control, etag = found
    return Found(project(control["OriginAccessControlConfig"]), {"id": control["Id"], "etag": etag})


def main() -> None:
    run(ResourceModule("cloudfront", "origin_access_control", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
