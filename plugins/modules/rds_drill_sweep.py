# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_drill_sweep
version_added: 0.1.0
short_description: Remove the copies that dead drills have left
description:
  - Removes an RDS instance only when an intent names it, its name is the one that the intent's run and source give, it bears
    that run's tags, it is no source, it is not protected, and the run is closing, has expired, or its process is gone.
  - Instances that look like a drill's copy without an intent are reported and never removed.
options:
  sources:
    description: Names of instances that are never removed.
    type: list
    elements: str
    required: true
  closing:
    description: Identity of a drill that ends now; only its copy is removed. Without it every dead drill's.
    type: str
    default: ""
attributes:
  check_mode:
    description: Tells what would be removed.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.environment
  - creator.platform.database.waiting
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Remove what killed drills have left
  creator.platform.rds_drill_sweep:
    platform: creator
    environment: dev
    sources: [creator-dev-database]
"""

RETURN = r"""
removed:
  description: Instances that were, or in check mode would be, removed.
  returned: success
  type: list
  elements: str
left:
  description: What should be gone and is not, with the reason.
  returned: success
  type: list
  elements: str
kept:
  description: Copies that were kept, with the reason.
  returned: success
  type: list
  elements: dict
unclaimed:
  description: Instances that look like a drill's copy and have no intent.
  returned: success
  type: list
  elements: str
"""

import time
from dataclasses import asdict
from datetime import UTC, datetime

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instances import Pace
from ansible_collections.creator.platform.plugins.module_utils.sweep.run import sweep

SPEC = {
    "platform": {"type": "str", "required": True},
    "environment": {"type": "str", "required": True},
    "sources": {"type": "list", "elements": "str", "required": True},
    "closing": {"type": "str", "default": ""},
    "poll_delay": {"type": "float", "default": 30},
    "wait_timeout": {"type": "int", "default": 3600},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    params = module.params
    try:
        result = sweep(
            module.client("rds"),
            module.client("ssm"),
            platform=params["platform"],
            environment=params["environment"],
            sources=params["sources"],
            now=datetime.now(UTC),
            pace=Pace(module.params["poll_delay"], module.params["wait_timeout"], time.monotonic, time.sleep),
            closing=params["closing"],
            dry=module.check_mode,
        )
    except AwsError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(result.removed), **asdict(result))


if __name__ == "__main__":
    main()
