# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: drill_intent
version_added: 0.1.0
short_description: Write down that a drill is about to create a copy
description:
  - Names the copy, and writes run, source, expiry and the process that runs the drill to Parameter Store, before anything
    is created.
  - So M(creator.platform.rds_drill_sweep) finds, and may remove, what a killed run has left.
  - Never reports a change, because the drill removes it again.
options:
  source:
    description: Name of the RDS instance that is restored.
    type: str
    required: true
  expires_in:
    description: Seconds after which the copy may be removed by anybody.
    type: int
    default: 28800
attributes:
  check_mode:
    description: Names the copy and writes nothing.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.environment
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Write down the intent
  creator.platform.drill_intent:
    platform: creator
    environment: dev
    source: creator-dev-database
  register: intent
"""

RETURN = r"""
run:
  description: Identity of the drill.
  returned: success
  type: str
  sample: 20261124083500ab12
identifier:
  description: Name for the copy.
  returned: success
  type: str
tags:
  description: Tags that the copy must bear.
  returned: success
  type: dict
"""

import secrets
from datetime import UTC, datetime, timedelta

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.drill.guards import Intent
from ansible_collections.creator.platform.plugins.module_utils.drill.naming import NamingError, copy_name, copy_tags
from ansible_collections.creator.platform.plugins.module_utils.sweep.owner import of_this_run
from ansible_collections.creator.platform.plugins.module_utils.sweep.run import record_intent

SPEC = {
    "platform": {"type": "str", "required": True},
    "environment": {"type": "str", "required": True},
    "source": {"type": "str", "required": True},
    "expires_in": {"type": "int", "default": 28800},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    platform, environment, source = (module.params[name] for name in ("platform", "environment", "source"))
    now = datetime.now(UTC)
    run = f"{now:%Y%m%d%H%M%S}{secrets.token_hex(2)}"
    expires = (now + timedelta(seconds=module.params["expires_in"])).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        copy = copy_name(source, run)
        intent = Intent(platform, environment, run, source, copy, expires, of_this_run())
        if not module.check_mode:
            tags = {"platform": platform, "environment": environment, "managed-by": "creator.platform"}
            record_intent(module.client("ssm"), intent, tags)
    except (AwsError, NamingError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False, run=run, identifier=copy, tags=copy_tags(platform, environment, run, source, expires)
    )


if __name__ == "__main__":
    main()
