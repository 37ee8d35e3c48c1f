# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_logging
short_description: Deliver the access logs of a distribution to a bucket
version_added: 0.1.0
description:
  - Brings the delivery of a distribution's access logs to what is described. What differs is made anew, because AWS lets nothing
    of it change.
options:
  name:
    description: Name of the source and the destination of the delivery.
    type: str
    required: true
  distribution:
    description: ARN of the distribution.
    type: str
  bucket:
    description: Bucket of the logs; its policy must let C(delivery.logs.amazonaws.com) write.
    type: str
  format:
    description: Format of the logs.
    type: str
    choices: [json, parquet, plain, w3c]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Deliver access logs
  creator.platform.cloudfront_logging:
    name: creator-dev
    region: us-east-1
    distribution: "{{ distribution.arn }}"
    bucket: creator-dev-logs
    format: json
"""

RETURN = r"""
logging:
  description: The delivery after the run; empty when there is none.
  returned: always
  type: dict
  sample: {bucket: creator-dev-logs, delivered: true, format: json}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront import logging
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.logging_api import deliveries
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "distribution": {"type": "str"},
    "bucket": {"type": "str"},
    "format": {"type": "str", "choices": ["json", "parquet", "plain", "w3c"]},
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The delivery as it is."""
    return logging.find(params["name"], *deliveries(client))


def main() -> None:
    run(ResourceModule("logs", "logging", PROPERTIES, find, logging.present, logging.absent), SPEC)


if __name__ == "__main__":
    main()
