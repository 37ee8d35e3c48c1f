# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: opensearch_domain
short_description: Create, change or remove an OpenSearch domain without waiting for it
version_added: 0.1.0
description:
  - Starts an OpenSearch domain, or brings the settings of one to what is described. An option that is not given is left alone.
  - It never waits. OpenSearch makes one change at a time, and refuses another while one runs.
  - M(community.aws.opensearch) compares policies the wrong way round, and so updates on every run.
options:
  name:
    description: Name of the domain, 3 to 28 small letters, digits and hyphens.
    type: str
    required: true
  engine_version:
    description: Version, such as C(OpenSearch_2.19). Another one is an upgrade, which nothing takes back.
    type: str
  instance_type:
    description: Type of the data nodes.
    type: str
  instance_count:
    description: Number of data nodes.
    type: int
  zones:
    description: Number of availability zones that the nodes are spread over.
    type: int
    choices: [1, 2, 3]
  master_type:
    description: Type of the dedicated master nodes.
    type: str
  master_count:
    description: Number of dedicated master nodes; 0 for none.
    type: int
    choices: [0, 3, 5]
  volume_type:
    description: Type of the volumes.
    type: str
    choices: [gp2, gp3, io1]
  volume_gib:
    description: Size of each data node's volume, in GiB.
    type: int
  encrypted:
    description: Whether data is encrypted at rest. Cannot be taken back.
    type: bool
  kms_key:
    description: ARN of the KMS key. Cannot change.
    type: str
  node_to_node_encryption:
    description: Whether nodes speak TLS with each other. Cannot be taken back.
    type: bool
  https_only:
    description: Whether plain HTTP is refused.
    type: bool
  tls_policy:
    description: Which TLS versions and ciphers are spoken.
    type: str
  fine_grained_access:
    description: Whether indices and documents have permissions of their own. Cannot be taken back.
    type: bool
  internal_users:
    description: Whether users with passwords are kept in the domain.
    type: bool
  master_role:
    description: ARN of the IAM role that may do everything in the domain. OpenSearch never tells it again.
    type: str
  subnets:
    description: Ids of the subnets, one a zone.
    type: list
    elements: str
  security_groups:
    description: Ids of the security groups.
    type: list
    elements: str
  access_policy:
    description: The domain's resource policy.
    type: dict
  logs:
    description: ARNs of the log groups by kind of log, such as C(INDEX_SLOW_LOGS); kinds that are not named are not delivered.
    type: dict
  auto_tune:
    description: Whether OpenSearch tunes memory by itself.
    type: bool
  auto_software_update:
    description: Whether service software is updated by itself in the off-peak window.
    type: bool
  off_peak_hour:
    description: Hour at which the off-peak window of ten hours begins, UTC.
    type: int
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Start a small domain
  creator.platform.opensearch_domain:
    name: creator-dev
    engine_version: OpenSearch_2.19
    instance_type: t3.small.search
    instance_count: 1
    volume_gib: 10
    encrypted: true
    node_to_node_encryption: true
    https_only: true
"""

RETURN = r"""
domain:
  description: >-
    The domain after the run, its properties and its C(arn), C(endpoint), C(processing) and C(status); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:es:eu-west-1:123456789012:domain/creator-dev", processing: true}
pending:
  description: What still differs, because OpenSearch makes one change at a time.
  returned: always
  type: list
  elements: str
  sample: [engine_version]
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.opensearch.api import find_domain, tags_of_domain
from ansible_collections.creator.platform.plugins.module_utils.aws.opensearch.domain import (
    absent,
    facts,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "engine_version": {"type": "str"},
    "instance_type": {"type": "str"},
    "instance_count": {"type": "int"},
    "zones": {"type": "int", "choices": [1, 2, 3]},
    "master_type": {"type": "str"},
    "master_count": {"type": "int", "choices": [0, 3, 5]},
    "volume_type": {"type": "str", "choices": ["gp2", "gp3", "io1"]},
    "volume_gib": {"type": "int"},
    "encrypted": {"type": "bool"},
    "kms_key": {"type": "str", "no_log": False},
    "node_to_node_encryption": {"type": "bool"},
    "https_only": {"type": "bool"},
    "tls_policy": {"type": "str"},
    "fine_grained_access": {"type": "bool"},
    "internal_users": {"type": "bool"},
    "master_role": {"type": "str"},
    "subnets": {"type": "list", "elements": "str"},
    "security_groups": {"type": "list", "elements": "str"},
    "access_policy": {"type": "dict"},
    "logs": {"type": "dict"},
    "auto_tune": {"type": "bool"},
    "auto_software_update": {"type": "bool"},
    "off_peak_hour": {"type": "int"},
    "tags": TAGS["tags"],
}
SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The domain as it is; one that is being removed still is."""
    domain = find_domain(client, params["name"])
    return Found(project(domain, tags_of_domain(client, domain["ARN"])), facts(domain)) if domain else None


def main() -> None:
    run(ResourceModule("opensearch", "domain", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
