# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: accessanalyzer_analyzer
short_description: Create, tag or remove an analyzer of IAM Access Analyzer
version_added: 0.1.0
description:
  - Keeps an analyzer, which tells what of a region can be reached from outside the account. An option that is not given is left
    alone.
options:
  name:
    description: Name of the analyzer.
    type: str
    required: true
  type:
    description: What it looks for, and how far. Cannot change. Required with O(state=present).
    type: str
    choices: [ACCOUNT, ORGANIZATION]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Find what strangers can reach
  creator.platform.accessanalyzer_analyzer:
    name: creator-dev
    type: ACCOUNT
"""

RETURN = r"""
analyzer:
  description: The analyzer after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:access-analyzer:eu-west-1:123456789012:analyzer/creator-dev", type: ACCOUNT, status: ACTIVE}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.accessanalyzer.analyzer import (
    absent,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.accessanalyzer.api import find_analyzer
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "type": {"type": "str", "choices": ["ACCOUNT", "ORGANIZATION"]},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The analyzer as it is."""
    analyzer = find_analyzer(client, params["name"])
    return Found(project(analyzer), {"arn": analyzer["arn"]}) if analyzer else None


def main() -> None:
    run(
        ResourceModule("accessanalyzer", "analyzer", PROPERTIES, find, present, absent),
        SPEC,
        required_if=[("state", "present", ("type",))],
    )


if __name__ == "__main__":
    main()
