# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: postgresql_copy_info
version_added: 0.1.0
short_description: Reach a restored database for the first time
description:
  - Connects, again and again until O(wait_timeout), and reads what tells the restored rows from those written afterwards.
options: {}
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
extends_documentation_fragment:
  - creator.platform.database
  - creator.platform.database.waiting
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Connect to the copy
  creator.platform.postgresql_copy_info:
    database:
      host: "{{ copy.instance.address }}"
      port: "{{ copy.instance.port }}"
      database: platform
      user: creator
      password: "{{ new_password }}"
      ca_file: "{{ platform_database_ca_file }}"
"""

RETURN = r"""
horizon:
  description: The next transaction id. Rows inserted from now on have it or a later one.
  returned: success
  type: int
last_heartbeat:
  description: Time of the newest heartbeat in the copy, UTC, or null.
  returned: success
  type: str
attempts:
  description: Connections tried.
  returned: success
  type: int
"""

import time

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.drill.ledger import iso
from ansible_collections.creator.platform.plugins.module_utils.postgres import heartbeat
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError, connect_within
from ansible_collections.creator.platform.plugins.module_utils.postgres.login import target
from ansible_collections.creator.platform.plugins.module_utils.postgres.options import target_options

SPEC = {
    "database": target_options(),
    "poll_delay": {"type": "float", "default": 30},
    "wait_timeout": {"type": "int", "default": 3600},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        where = target(module.params["database"], lambda: module.client("secretsmanager"))
        connection, attempts = connect_within(
            where,
            seconds=module.params["wait_timeout"],
            every=module.params["poll_delay"],
            clock=time.monotonic,
            sleep=time.sleep,
        )
        with connection:
            horizon = heartbeat.horizon(connection)
            last = heartbeat.last(connection) if heartbeat.exists(connection) else None
    except (AwsError, PostgresError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, horizon=horizon, last_heartbeat=iso(last[1]) if last else None, attempts=attempts)


if __name__ == "__main__":
    main()
