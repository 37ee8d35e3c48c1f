# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_automated_backup_replication
short_description: Replicate the automated backups of an RDS instance into another region
version_added: 0.1.0
description:
  - Starts or stops the replication of an instance's automated backups (snapshots and logs) into the region the module works
    in, O(region). From there the instance can be restored to a point in time without its own region.
  - Waits for nothing; the first restorable time appears some minutes after the start.
  - Retention and key are settled when a replication starts. A different value is refused with what to do.
options:
  source_arn:
    description: ARN of the instance in its own region.
    type: str
    required: true
  retention_days:
    description: How long replicated backups are kept, in days; 7 for a new replication when not given.
    type: int
  kms_key:
    description: ARN of a KMS key of this region. Required by RDS for encrypted instances.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Keep the backups in a second region too
  creator.platform.rds_automated_backup_replication:
    region: eu-central-1
    source_arn: arn:aws:rds:eu-west-1:123456789012:db:creator-dev
    retention_days: 30
    kms_key: arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555
"""

RETURN = r"""
backup:
  description: The replicated backup as RDS describes it after the run, empty when there is none.
  returned: always
  type: dict
  sample: {DBInstanceIdentifier: creator-dev, Status: pending}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.api import automated_backups
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.backup_replication import (
    absent,
    present,
    region_of,
    select,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

SPEC: dict[str, Any] = {
    "source_arn": {"type": "str", "required": True},
    "retention_days": {"type": "int"},
    "kms_key": {"type": "str", "no_log": False},
    **STATE,
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("rds")
    source = module.params["source_arn"]
    if region_of(source) in ("", client.meta.region_name):
        module.fail_json(
            msg=f"source_arn must be the ARN of an instance of another region than {client.meta.region_name}, "
            f"got {source}: set region to the one that shall receive the backups"
        )
    found = select(automated_backups(client), source)
    if module.params["state"] == "absent":
        steps = absent(source, found)
    else:
        desired = {option: module.params[option] for option in ("retention_days", "kms_key")}
        steps = present(source, desired, found)
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
        found = select(automated_backups(client), source)
    module.exit_json(changed=steps.changed, diff=steps.diff(), backup=found or {})


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
