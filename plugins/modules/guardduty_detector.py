# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: guardduty_detector
short_description: Create, change or remove GuardDuty's detector of a region
version_added: 0.1.0
description:
  - Brings the detector to what is described. An option that is not given is left alone.
  - A region has one, so it has no name.
options:
  enabled:
    description: Whether it watches.
    type: bool
  publish_every:
    description: How often it tells EventBridge of findings that it saw again. New ones it tells within minutes.
    type: str
    choices: [FIFTEEN_MINUTES, ONE_HOUR, SIX_HOURS]
  features:
    description:
      - What it looks at beyond trails, flow logs and name lookups. Others are switched off.
      - The names are those of GuardDuty, such as C(S3_DATA_EVENTS) and C(EKS_AUDIT_LOGS).
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Watch the account
  creator.platform.guardduty_detector:
    enabled: true
    features: [S3_DATA_EVENTS, EKS_AUDIT_LOGS]
"""

RETURN = r"""
detector:
  description: The detector after the run, its properties and its C(id) and C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {enabled: true, features: [EKS_AUDIT_LOGS, S3_DATA_EVENTS]}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.guardduty.api import find_detector
from ansible_collections.creator.platform.plugins.module_utils.aws.guardduty.detector import (
    absent,
    arn_of,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "enabled": {"type": "bool"},
    "publish_every": {"type": "str", "choices": ["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"]},
    "features": {"type": "list", "elements": "str"},
    "tags": TAGS["tags"],
}
SPEC = {**PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The detector as it is."""
    detector = find_detector(client)
    if not detector:
        return None
    facts = {"id": detector["id"], "arn": arn_of(detector, client.meta.region_name, detector["id"])}
    return Found(project(detector), facts)


def main() -> None:
    run(ResourceModule("guardduty", "detector", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
