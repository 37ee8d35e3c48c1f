# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: postgresql_heartbeat
version_added: 0.1.0
short_description: Write a heartbeat, by which a restored copy tells how far it reaches
description:
  - Adds a row with the server's own time to C(dr.heartbeat), which it makes when absent, and removes rows older
    than O(keep_days).
  - Never reports a change. The heartbeat is a measurement, not a state.
options:
  keep_days:
    description: Days after which heartbeats are removed.
    type: int
    default: 90
attributes:
  check_mode:
    description: Does nothing.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.database
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Write a heartbeat
  creator.platform.postgresql_heartbeat:
    database:
      host: "{{ outputs.database.endpoint_address }}"
      port: "{{ outputs.database.endpoint_port }}"
      database: platform
      secret: "{{ outputs.database.secret_arn }}"
      ca_file: "{{ platform_database_ca_file }}"
"""

RETURN = r"""
written:
  description: The server's time after the heartbeat was committed, UTC.
  returned: when not in check mode
  type: str
heartbeat:
  description: Id of the heartbeat.
  returned: when not in check mode
  type: int
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.drill.ledger import iso
from ansible_collections.creator.platform.plugins.module_utils.postgres import heartbeat
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError, connect
from ansible_collections.creator.platform.plugins.module_utils.postgres.login import target
from ansible_collections.creator.platform.plugins.module_utils.postgres.options import target_options

SPEC = {"database": target_options(), "keep_days": {"type": "int", "default": 90}}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    if module.check_mode:
        module.exit_json(changed=False)
    try:
        with connect(target(module.params["database"], lambda: module.client("secretsmanager"))) as connection:
            heartbeat.ensure(connection)
            heartbeat.trim(connection, module.params["keep_days"])
            number, written = heartbeat.beat(connection)
    except (AwsError, PostgresError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, heartbeat=number, written=iso(written))


if __name__ == "__main__":
    main()
