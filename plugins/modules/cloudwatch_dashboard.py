# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_dashboard
short_description: Create, change or remove a CloudWatch dashboard
version_added: 0.1.0
description:
  - Brings a dashboard to what is described.
options:
  name:
    description: Name of the dashboard.
    type: str
    required: true
  body:
    description: The dashboard as CloudWatch's document; left alone when not given, empty for a new one.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Show the platform
  creator.platform.cloudwatch_dashboard:
    name: creator-dev
    body:
      widgets:
        - type: text
          x: 0
          y: 0
          width: 24
          height: 1
          properties:
            markdown: creator dev
"""

RETURN = r"""
dashboard:
  description: The dashboard after the run, its C(body) and C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:cloudwatch::123456789012:dashboard/creator-dev"}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.api import find_dashboard
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.dashboard import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {"body": {"type": "dict"}}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The dashboard as it is."""
    answer = find_dashboard(client, params["name"])
    return Found(project(answer["DashboardBody"]), {"arn": answer["DashboardArn"]}) if answer else None


def main() -> None:
    run(ResourceModule("cloudwatch", "dashboard", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
