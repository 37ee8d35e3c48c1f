# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_snapshot
version_added: 0.1.0
short_description: Take a snapshot of an RDS instance when the newest is too old
description:
  - Takes a manual snapshot with tags and waits until it is available, unless a snapshot with the same tags is young enough.
  - A snapshot that is being made, perhaps by a run that was killed, is waited for and taken as the newest.
options:
  identifier:
    description: Name of the instance.
    type: str
    required: true
  max_age:
    description: Age in seconds up to which the newest snapshot is good enough; V(-1) takes one always.
    type: int
    default: 86400
  tags:
    description: Tags of the snapshot, by which snapshots of this kind are known.
    type: dict
    required: true
attributes:
  check_mode:
    description: Tells whether a snapshot would be taken.
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
- name: Snapshot the database once a day
  creator.platform.rds_snapshot:
    identifier: creator-dev-database
    tags:
      platform: creator
      environment: dev
"""

RETURN = r"""
snapshot:
  description: C(snapshot_id), C(snapshot_arn), C(source), C(created), C(status), C(encrypted), C(kms_key).
  returned: when there is a snapshot
  type: dict
age:
  description: Age of the newest snapshot before the run in seconds, null when there was none.
  returned: success
  type: float
"""

import time
from datetime import UTC, datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds import snapshots
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instances import Pace, existing

SPEC = {
    "identifier": {"type": "str", "required": True},
    "max_age": {"type": "int", "default": 86400},
    "tags": {"type": "dict", "required": True},
    "poll_delay": {"type": "float", "default": 30},
    "wait_timeout": {"type": "int", "default": 3600},
}


def ensure(module: AnsibleAWSModule) -> dict[str, Any]:
    """The module's result."""
    client = module.client("rds")
    params = module.params
    pace = Pace(module.params["poll_delay"], module.params["wait_timeout"], time.monotonic, time.sleep)
    existing(client, params["identifier"])
    found = snapshots.newest(client, params["identifier"], params["tags"])
    now = datetime.now(UTC)
    age = snapshots.age(found, now)
    if found is not None and age is not None and age <= params["max_age"]:
        name, changed = found["DBSnapshotIdentifier"], False
    else:
        name, changed = snapshots.name(params["identifier"], now), True
        if not module.check_mode:
            snapshots.create(client, params["identifier"], name, params["tags"], pace)
    result: dict[str, Any] = {"changed": changed, "age": age}
    if not (changed and module.check_mode):
        result["snapshot"] = snapshots.facts(snapshots.wait_available(client, name, pace))
    return result


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        result = ensure(module)
    except AwsError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
