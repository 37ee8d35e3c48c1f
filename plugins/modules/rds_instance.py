# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_instance
short_description: Create, change or remove an RDS instance without waiting for it
version_added: 0.1.0
description:
  - Starts an RDS instance, or brings the settings of one to what is described. An option that is not given is left alone.
  - It never waits. RDS changes an instance only while it is available.
  - M(amazon.aws.rds_instance) cannot have RDS keep the master password in Secrets Manager.
options:
  name:
    description: Identifier of the instance.
    type: str
    required: true
  engine:
    description: Engine. Cannot change.
    type: str
  engine_version:
    description: Version to start with, major or with minor. Later only another major version is asked for.
    type: str
  instance_class:
    description: Instance class.
    type: str
  allocated_storage:
    description: Storage in GiB. More than this stays, because storage never shrinks.
    type: int
  max_allocated_storage:
    description: Where storage stops to grow by itself, in GiB.
    type: int
  storage_type:
    description: Storage type.
    type: str
  encrypted:
    description: Whether storage is encrypted. Cannot change.
    type: bool
  kms_key:
    description: ARN of the KMS key of the storage. Cannot change.
    type: str
  multi_az:
    description: Whether a standby in another zone takes over when the first fails.
    type: bool
  public:
    description: Whether the instance has a public address.
    type: bool
  subnet_group:
    description: Subnet group. Cannot change here.
    type: str
  parameter_group:
    description: Parameter group.
    type: str
  security_groups:
    description: Ids of the security groups.
    type: list
    elements: str
  database_name:
    description: Name of the first database. Cannot change.
    type: str
  master_username:
    description: Name of the master user. Cannot change.
    type: str
  managed_password:
    description: Whether RDS keeps the master password in Secrets Manager and rotates it.
    type: bool
  password_key:
    description: ARN of the KMS key of that secret.
    type: str
  backup_retention_days:
    description: Days within which any moment can be restored.
    type: int
  backup_window:
    description: When the daily snapshot is taken, UTC.
    type: str
  maintenance_window:
    description: When RDS makes changes that interrupt, UTC.
    type: str
  deletion_protection:
    description: Whether RDS refuses to remove the instance.
    type: bool
  copy_tags_to_snapshot:
    description: Whether snapshots get the tags of the instance.
    type: bool
  auto_minor_version_upgrade:
    description: Whether RDS takes minor versions by itself.
    type: bool
  iam_authentication:
    description: Whether users of the database can log in with IAM.
    type: bool
  log_exports:
    description: Logs to deliver to CloudWatch.
    type: list
    elements: str
  ca_certificate:
    description: Authority that signs the server's certificate.
    type: str
  performance_insights_days:
    description: Days that Performance Insights keeps, 7, a multiple of 31, or 731; 0 turns it off.
    type: int
  performance_insights_key:
    description: ARN of the KMS key of Performance Insights. It cannot change while it is on.
    type: str
  monitoring_seconds:
    description: Seconds between two measurements of the operating system; 0 turns them off.
    type: int
    choices: [0, 1, 5, 10, 15, 30, 60]
  monitoring_role:
    description: ARN of the role that delivers them.
    type: str
  apply_immediately:
    description: Whether changes that interrupt are made at once, instead of in the maintenance window.
    type: bool
    default: true
  final_snapshot:
    description: Name of the last snapshot that is taken before the instance is removed; none is when empty.
    type: str
    default: ""
  delete_automated_backups:
    description: Whether the automated backups go with the instance, instead of staying for their time.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Start a database whose password RDS keeps
  creator.platform.rds_instance:
    name: creator-dev-database
    engine: postgres
    engine_version: "15"
    instance_class: db.t4g.medium
    allocated_storage: 20
    master_username: creator_admin
    managed_password: true
"""

RETURN = r"""
instance:
  description: >-
    The instance after the run, its properties and its C(arn), C(status), C(address), C(port), C(resource_id) and C(secret_arn);
    empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:rds:eu-west-1:123456789012:db:creator-dev-database", status: creating}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.rds.api import find_instance
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instance import absent, facts, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

TEXTS = (
    "engine",
    "engine_version",
    "instance_class",
    "storage_type",
    "kms_key",
    "subnet_group",
    "parameter_group",
    "database_name",
    "master_username",
    "password_key",
    "backup_window",
    "maintenance_window",
    "ca_certificate",
    "performance_insights_key",
    "monitoring_role",
)
NUMBERS = ("allocated_storage", "max_allocated_storage", "backup_retention_days", "performance_insights_days")
SWITCHES = (
    "encrypted",
    "multi_az",
    "public",
    "managed_password",
    "deletion_protection",
    "copy_tags_to_snapshot",
    "auto_minor_version_upgrade",
    "iam_authentication",
)
PROPERTIES: dict[str, Any] = {
    **{name: {"type": "str", "no_log": False} for name in TEXTS},
    **{name: {"type": "int"} for name in NUMBERS},
    **{name: {"type": "bool", "no_log": False} for name in SWITCHES},
    "monitoring_seconds": {"type": "int", "choices": [0, 1, 5, 10, 15, 30, 60]},
    "security_groups": {"type": "list", "elements": "str"},
    "log_exports": {"type": "list", "elements": "str"},
    "tags": TAGS["tags"],
}
SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "apply_immediately": {"type": "bool", "default": True},
    "final_snapshot": {"type": "str", "default": ""},
    "delete_automated_backups": {"type": "bool", "default": False},
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The instance as it is; one that is being removed still is."""
    instance = find_instance(client, params["name"])
    return Found(project(instance), facts(instance)) if instance else None


def main() -> None:
    run(ResourceModule("rds", "instance", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
