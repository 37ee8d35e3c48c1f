# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_response_headers_policy
short_description: Create, change or remove a response headers policy of CloudFront
version_added: 0.1.0
description:
  - Brings a response headers policy to what is described. An option that is not given is left alone. Each header takes the place
    of the origin's.
options:
  name:
    description: Name of the policy.
    type: str
    required: true
  strict_transport_security:
    description: C(max_age) in seconds, C(subdomains) and C(preload); empty for no header.
    type: dict
  content_type_options:
    description: Whether browsers may not guess the type of what they get.
    type: bool
  frame_options:
    description: Whether pages may stand in frames; empty for no header.
    type: str
    choices: ["", DENY, SAMEORIGIN]
  referrer_policy:
    description: What browsers tell of the page they come from; empty for no header.
    type: str
  content_security_policy:
    description: What pages may load; empty for no header.
    type: str
  removed_headers:
    description: Headers of the origin that are taken out.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Let browsers speak HTTPS only
  creator.platform.cloudfront_response_headers_policy:
    name: creator-dev-headers
    region: us-east-1
    strict_transport_security: {max_age: 63072000, subdomains: true, preload: false}
"""

RETURN = r"""
response_headers_policy:
  description: The policy after the run, its properties and its C(id); empty when there is none.
  returned: always
  type: dict
  sample: {content_type_options: true, frame_options: DENY}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.api import find_headers_policy
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.headers_policy import (
    absent,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "strict_transport_security": {"type": "dict"},
    "content_type_options": {"type": "bool"},
    "frame_options": {"type": "str", "choices": ["", "DENY", "SAMEORIGIN"]},
    "referrer_policy": {"type": "str"},
    "content_security_policy": {"type": "str"},
    "removed_headers": {"type": "list", "elements": "str"},
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The policy as it is."""
    found = find_headers_policy(client, params["name"])
    if not found:
        return None
    policy, etag = found
    return Found(project(policy["ResponseHeadersPolicyConfig"]), {"id": policy["Id"], "etag": etag})


def main() -> None:
    run(ResourceModule("cloudfront", "response_headers_policy", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
