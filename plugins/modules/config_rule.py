# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: config_rule
short_description: Create, change or remove a managed rule of AWS Config
version_added: 0.1.0
description:
  - Brings a managed rule to what is described. An option that is not given is left alone.
  - M(community.aws.config_rule) has no check mode.
options:
  name:
    description: Name of the rule.
    type: str
    required: true
  source:
    description: Identifier of the managed rule, such as C(CLOUD_TRAIL_ENABLED). Needed for a rule that is to be created.
    type: str
  description:
    description: What it watches.
    type: str
  parameters:
    description: Parameters of the managed rule, by name.
    type: dict
  resource_types:
    description: Kinds of resources that it looks at; those of the managed rule when empty.
    type: list
    elements: str
  frequency:
    description: How often it is run, where the managed rule is run by the clock.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: See that a trail records
  creator.platform.config_rule:
    name: creator-prod-trail-on
    source: CLOUD_TRAIL_ENABLED
    frequency: TwentyFour_Hours
"""

RETURN = r"""
rule:
  description: The rule after the run; empty when there is none.
  returned: always
  type: dict
  sample: {source: CLOUD_TRAIL_ENABLED}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.config.api import find_rule
from ansible_collections.creator.platform.plugins.module_utils.aws.config.rule import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps

PROPERTIES: dict[str, Any] = {
    "source": {"type": "str"},
    "description": {"type": "str"},
    "parameters": {"type": "dict"},
    "resource_types": {"type": "list", "elements": "str"},
    "frequency": {"type": "str"},
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The rule as it is."""
    rule = find_rule(client, params["name"])
    return Found(project(rule), {"arn": rule["ConfigRuleArn"]}) if rule else None


def complete(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The steps; ChangeError when a new rule has no source."""
    if found is None and not desired.get("source"):
        raise ChangeError(f"rule {params['name']} is to be created: give it the source, a managed rule's identifier")
    return present(params, desired, found)


def main() -> None:
    run(ResourceModule("config", "rule", PROPERTIES, find, complete, absent), SPEC)


if __name__ == "__main__":
    main()
