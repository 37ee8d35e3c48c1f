# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_distribution
short_description: Create, change or remove a distribution of CloudFront
version_added: 0.1.0
description:
  - Starts a distribution, or a change of it, without waiting for its deployment. An option that is not given is left alone,
    and so is what this module has no option for.
  - With O(state=absent) it takes the next step; it is disabled first, and removed by a call when that is deployed. The answer's
    C(pending) is not empty as long as there is more to do.
  - M(community.aws.cloudfront_distribution) has no check mode, changes a distribution in every run, and drops the origin access
    control without a word.
options:
  name:
    description: Name of the distribution, kept in its comment, because CloudFront has none.
    type: str
    required: true
  enabled:
    description: Whether it answers.
    type: bool
  aliases:
    description: Domain names that it answers for; all must be in the certificate.
    type: list
    elements: str
  price_class:
    description: Where it answers from.
    type: str
    choices: [PriceClass_100, PriceClass_200, PriceClass_All]
  http_version:
    description: The newest HTTP that clients may speak.
    type: str
    choices: [http1.1, http2, http3, http2and3]
  ipv6:
    description: Whether it has IPv6 addresses.
    type: bool
  certificate:
    description: Name in O(ids), or ARN, of an issued certificate in us-east-1.
    type: str
  minimum_tls:
    description: CloudFront's name of the oldest TLS and ciphers that clients may speak.
    type: str
  web_acl:
    description: Name in O(ids), or ARN, of a web ACL of the scope CLOUDFRONT; empty for none.
    type: str
  default_root_object:
    description: What the path / stands for; empty for nothing.
    type: str
  origins:
    description:
      - Each with C(id), C(domain) and, for a bucket, C(access_control), a name in O(ids). Others are spoken to by HTTPS only.
    type: list
    elements: dict
  default_behavior:
    description:
      - What is done with a path that fits no other; C(origin), C(methods), C(viewer_protocol), C(compress), C(cache_policy),
        C(origin_request_policy) and C(response_headers_policy). Policies are names in O(ids) or those of AWS.
    type: dict
  behaviors:
    description: Behaviors with a C(path), in the order in which they are tried.
    type: list
    elements: dict
  error_pages:
    description: Pages by status code, each C(path), C(status) and C(ttl) in seconds.
    type: dict
  ids:
    description: Id or ARN by name of policy, access control, certificate and web ACL.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Put a distribution in front of a bucket
  creator.platform.cloudfront_distribution:
    name: creator-dev
    region: us-east-1
    origins:
      - {id: static, domain: creator-dev-static.s3.eu-west-1.amazonaws.com, access_control: creator-dev-buckets}
    default_behavior:
      origin: static
      methods: [GET, HEAD]
      viewer_protocol: redirect-to-https
      compress: true
      cache_policy: Managed-CachingOptimized
    ids: {creator-dev-buckets: E2QWRUHAPOMQZL}
"""

RETURN = r"""
distribution:
  description:
    - The distribution after the run, its properties and its C(id), C(arn), C(domain) and C(status).
    - Empty when there is none.
  returned: always
  type: dict
  sample: {domain: d111111abcdef8.cloudfront.net, status: InProgress}
pending:
  description: What is not done yet and needs a further call when CloudFront has deployed what it has.
  returned: always
  type: list
  elements: str
  sample: []
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.api import find_distribution
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distribution import absent, present
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distributions import MANAGED
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps

PROPERTIES: dict[str, Any] = {
    "enabled": {"type": "bool"},
    "aliases": {"type": "list", "elements": "str"},
    "price_class": {"type": "str", "choices": ["PriceClass_100", "PriceClass_200", "PriceClass_All"]},
    "http_version": {"type": "str", "choices": ["http1.1", "http2", "http3", "http2and3"]},
    "ipv6": {"type": "bool"},
    "certificate": {"type": "str"},
    "minimum_tls": {"type": "str"},
    "web_acl": {"type": "str"},
    "default_root_object": {"type": "str"},
    "origins": {"type": "list", "elements": "dict"},
    "default_behavior": {"type": "dict"},
    "behaviors": {"type": "list", "elements": "dict"},
    "error_pages": {"type": "dict"},
    "tags": TAGS["tags"],
}
SPEC = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "ids": {"type": "dict"},
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The distribution as it is."""
    found = find_distribution(client, params["name"], {**MANAGED, **(params["ids"] or {})})
    return Found(*found) if found else None


def make(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """As `present`, knowing AWS's own policies too."""
    return present({**params, "ids": {**MANAGED, **(params["ids"] or {})}}, desired, found)


def main() -> None:
    run(ResourceModule("cloudfront", "distribution", PROPERTIES, find, make, absent), SPEC)


if __name__ == "__main__":
    main()
