# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_restorable_info
version_added: 0.1.0
short_description: Wait until the backups of an RDS instance reach a moment
description:
  - Reads C(LatestRestorableTime) until it is not before O(until). On AWS it follows the present by up to five minutes.
options:
  identifier:
    description: Name of the instance.
    type: str
    required: true
  until:
    description: Moment that must be restorable, ISO 8601.
    type: str
    required: true
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
extends_documentation_fragment:
  - creator.platform.database.waiting
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Wait until the backups reach the anchor
  creator.platform.rds_restorable_info:
    identifier: creator-dev-database
    until: "{{ manifest.restore_time }}"
"""

RETURN = r"""
latest:
  description: The latest restorable moment, UTC.
  returned: success
  type: str
instance:
  description: Settings of the instance that a restore passes on, by the option names of M(creator.platform.rds_restore).
  returned: success
  type: dict
master_username:
  description: Name of the instance's master user.
  returned: success
  type: str
"""

import time

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instances import Pace, existing, wait_restorable
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.restore import passed_on
from ansible_collections.creator.platform.plugins.module_utils.drill.ledger import iso, moment

SPEC = {
    "identifier": {"type": "str", "required": True},
    "until": {"type": "str", "required": True},
    "poll_delay": {"type": "float", "default": 30},
    "wait_timeout": {"type": "int", "default": 3600},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        client = module.client("rds")
        pace = Pace(module.params["poll_delay"], module.params["wait_timeout"], time.monotonic, time.sleep)
        latest = wait_restorable(client, module.params["identifier"], moment(module.params["until"]), pace)
        instance = existing(client, module.params["identifier"])
    except (AwsError, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False, latest=iso(latest), instance=passed_on(instance), master_username=instance["MasterUsername"]
    )


if __name__ == "__main__":
    main()
