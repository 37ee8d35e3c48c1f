# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: logs_resource_policy
short_description: Let services write into log groups
version_added: 0.1.0
description:
  - Brings a resource policy of CloudWatch Logs to what is described. An account has ten of them in a region.
options:
  name:
    description: Name of the policy.
    type: str
    required: true
  policy:
    description: The policy as a document.
    type: dict
    default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Let the search domain write its logs
  creator.platform.logs_resource_policy:
    name: creator-dev-search
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {Service: es.amazonaws.com}
          Action: [logs:CreateLogStream, logs:PutLogEvents]
          Resource: "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/opensearch/creator-dev/*"
"""

RETURN = r"""
resource_policy:
  description: The policy after the run, empty when there is none.
  returned: always
  type: dict
  sample: {policy: {Version: "2012-10-17", Statement: []}}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.logs.resource_policy import (
    absent,
    present,
    project,
    select,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {"policy": {"type": "dict", "default": {}}}
SPEC: dict[str, Any] = {"name": {"type": "str", "required": True}, **PROPERTIES}


@AWSErrorHandler.common_error_handler("list the resource policies of log groups")
@AWSRetry.jittered_backoff()
def policies(client: Any) -> Any:
    """All of the region."""
    return client.get_paginator("describe_resource_policies").paginate().build_full_result()["resourcePolicies"]


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The policy as it is."""
    policy = select(policies(client), params["name"])
    return Found(project(policy)) if policy else None


def main() -> None:
    run(ResourceModule("logs", "resource_policy", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
