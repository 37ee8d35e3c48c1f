# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_restore
version_added: 0.1.0
short_description: Restore an RDS instance to a moment, as a new instance
description:
  - Calls C(RestoreDBInstanceToPointInTime) with every setting that matters in the one request, tags among them, because
    RDS otherwise falls back to its defaults for security groups, parameter group and more.
  - Unlike M(amazon.aws.rds_instance) it can tag the new instance, restore from an automated backup that was replicated
    from another region, and tells when the request was accepted and when the instance was available.
  - An instance of the name that bears the same O(tags) is taken for the answer to an earlier request that was lost.
options:
  identifier:
    description: Name of the new instance.
    type: str
    required: true
  source:
    description: Name of the instance to restore. Give it or O(automated_backup_arn).
    type: str
  automated_backup_arn:
    description: ARN of a replicated or retained automated backup to restore.
    type: str
  restore_time:
    description: Moment to restore to, ISO 8601 in UTC with whole seconds. Without it the latest restorable one.
    type: str
  tags:
    description: Tags of the new instance.
    type: dict
    required: true
  instance_class:
    description: Class of the new instance. Without it the source's.
    type: str
  storage_type:
    description: Storage type. Without it RDS takes its default, which need not be the source's.
    type: str
  subnet_group:
    description: Subnet group.
    type: str
    required: true
  security_groups:
    description: Ids of the security groups.
    type: list
    elements: str
    required: true
  parameter_group:
    description: Parameter group. Without it RDS takes its default.
    type: str
  option_group:
    description: Option group. Without it RDS takes its default.
    type: str
  iam_authentication:
    description: Whether logins by IAM tokens are allowed.
    type: bool
    default: false
  minor_version_upgrade:
    description: Whether RDS may take minor versions by itself.
    type: bool
    default: false
  backup_retention:
    description: Days of automated backups of the new instance. RDS itself would keep the source's.
    type: int
    default: 0
  deletion_protection:
    description: Whether the new instance refuses to be deleted.
    type: bool
    default: false
  multi_az:
    description: Whether the new instance has a standby.
    type: bool
    default: false
attributes:
  check_mode:
    description: Tells whether an instance would be created.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.database.waiting
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Restore the database to half past eight
  creator.platform.rds_restore:
    identifier: drill-creator-dev-database-20261124083500ab12
    source: creator-dev-database
    restore_time: "2026-11-24T08:30:00Z"
    subnet_group: creator-dev-database
    security_groups: [sg-0a1b2c3d]
    tags:
      drill:run: 20261124083500ab12
"""

RETURN = r"""
instance:
  description: C(identifier), C(arn), C(status), C(address), C(port) of the new instance.
  returned: when not in check mode
  type: dict
accepted:
  description: When RDS had accepted the request, UTC.
  returned: when not in check mode
  type: str
available:
  description: When the instance was seen available, UTC.
  returned: when not in check mode
  type: str
"""

import time
from datetime import UTC, datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instances import (
    Pace,
    describe,
    facts,
    restore_to_time,
    wait_available,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.restore import request
from ansible_collections.creator.platform.plugins.module_utils.drill.ledger import iso

SPEC = {
    "identifier": {"type": "str", "required": True},
    "source": {"type": "str"},
    "automated_backup_arn": {"type": "str"},
    "restore_time": {"type": "str"},
    "tags": {"type": "dict", "required": True},
    "instance_class": {"type": "str"},
    "storage_type": {"type": "str"},
    "subnet_group": {"type": "str", "required": True},
    "security_groups": {"type": "list", "elements": "str", "required": True},
    "parameter_group": {"type": "str"},
    "option_group": {"type": "str"},
    "iam_authentication": {"type": "bool", "default": False},
    "minor_version_upgrade": {"type": "bool", "default": False},
    "backup_retention": {"type": "int", "default": 0},
    "deletion_protection": {"type": "bool", "default": False},
    "multi_az": {"type": "bool", "default": False},
    "poll_delay": {"type": "float", "default": 30},
    "wait_timeout": {"type": "int", "default": 3600},
}


def restore(module: AnsibleAWSModule) -> dict[str, Any]:
    """The module's result."""
    client = module.client("rds")
    if module.check_mode:
        return {"changed": describe(client, module.params["identifier"]) is None}
    changed = restore_to_time(client, request(module.params), module.params["tags"])
    accepted = datetime.now(UTC)
    pace = Pace(module.params["poll_delay"], module.params["wait_timeout"], time.monotonic, time.sleep)
    instance = wait_available(client, module.params["identifier"], pace)
    return {
        "changed": changed,
        "instance": facts(instance),
        "accepted": iso(accepted),
        "available": iso(datetime.now(UTC)),
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=SPEC,
        supports_check_mode=True,
        required_one_of=[("source", "automated_backup_arn")],
        mutually_exclusive=[("source", "automated_backup_arn")],
    )
    try:
        result = restore(module)
    except (AwsError, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
