# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: wafv2_logging
short_description: Set or end the logging of a web ACL
version_added: 0.1.0
description:
  - Brings the logging of a web ACL to what is described. An option that is not given is left alone.
options:
  web_acl:
    description: ARN of the web ACL.
    type: str
    required: true
  log_group:
    description: Name of the log group in the web ACL's region, which begins with V(aws-waf-logs-).
    type: str
  redacted_headers:
    description: Headers whose values are not written down.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Log requests without what proves who makes them
  creator.platform.wafv2_logging:
    web_acl: "{{ web_acl.arn }}"
    log_group: aws-waf-logs-creator-dev
    redacted_headers: [authorization, cookie]
"""

RETURN = r"""
logging:
  description: The logging after the run; empty when there is none.
  returned: always
  type: dict
  sample: {log_group: aws-waf-logs-creator-dev, redacted_headers: [authorization, cookie]}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.api import find_logging
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.logging import absent, present, project

PROPERTIES: dict[str, Any] = {
    "log_group": {"type": "str"},
    "redacted_headers": {"type": "list", "elements": "str"},
}
SPEC = {"web_acl": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The logging as it is."""
    configuration = find_logging(client, params["web_acl"])
    return Found(project(configuration)) if configuration else None


def main() -> None:
    run(ResourceModule("wafv2", "logging", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
