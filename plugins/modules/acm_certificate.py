# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: acm_certificate
short_description: Request, change or remove a certificate that ACM issues
version_added: 0.1.0
description:
  - Requests a certificate with validation by DNS, or brings it to what is described, without waiting for it. An option that is
    not given is left alone. What ACM has given up (failed, timed out, expired) is requested anew.
  - Publish the records of the answer, with M(creator.platform.route53_records), and leave them there, because ACM renews by them.
  - M(community.aws.acm_certificate) imports certificates and requests none.
options:
  name:
    description: Name of the certificate, kept in the tag C(Name), because ACM has none.
    type: str
    required: true
  domain:
    description: The first domain name. Cannot change.
    type: str
  alternative_names:
    description: Further domain names. Cannot change.
    type: list
    elements: str
  key_algorithm:
    description: Algorithm of the key. Cannot change.
    type: str
    choices: [RSA_2048, EC_prime256v1, EC_secp384r1]
  transparency:
    description: Whether the certificate is entered in the public logs, without which browsers warn.
    type: bool
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Request a certificate
  creator.platform.acm_certificate:
    name: creator-dev
    domain: dev.creator.example
    alternative_names: ["*.dev.creator.example"]
  register: requested

- name: Prove that the names are ours
  creator.platform.route53_records:
    zone: dev.creator.example
    records: "{{ requested.certificate.records }}"
"""

RETURN = r"""
certificate:
  description:
    - The certificate after the run, its properties and its C(arn), C(status), C(reason), C(used_by) and C(records).
    - Empty when there is none.
  returned: always
  type: dict
  sample: {domain: dev.creator.example, status: PENDING_VALIDATION}
"""

import uuid
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.acm.api import describe, named
from ansible_collections.creator.platform.plugins.module_utils.aws.acm.certificate import (
    absent,
    facts_of,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps

PROPERTIES: dict[str, Any] = {
    "domain": {"type": "str"},
    "alternative_names": {"type": "list", "elements": "str"},
    "key_algorithm": {"type": "str", "choices": ["RSA_2048", "EC_prime256v1", "EC_secp384r1"], "no_log": False},
    "transparency": {"type": "bool"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The certificate as it is."""
    found = named(client, params["name"])
    certificate = describe(client, found[0]) if found else None
    return Found(project(certificate, found[1]), facts_of(certificate)) if found and certificate else None


def make(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """As `present`, with a token of this run."""
    return present({**params, "token": uuid.uuid4().hex}, desired, found)


def main() -> None:
    run(ResourceModule("acm", "certificate", PROPERTIES, find, make, absent), SPEC)


if __name__ == "__main__":
    main()
