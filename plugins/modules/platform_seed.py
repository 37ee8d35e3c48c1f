# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: platform_seed
version_added: 0.1.0
short_description: Fill a database with the synthetic data set of the publishing platform
description:
  - Migrates schema C(platform) and copies in creators, posts, media, subscriptions and payments, the same rows for the same
    O(seed) and O(size), in one transaction.
  - A database that holds this data set is left alone. Rows that were added to it since are no difference.
  - Refuses an O(environment) that holds the data of real people.
options:
  environment:
    description: Name of the environment.
    type: str
    required: true
  seed:
    description: Seed of the data set.
    type: str
    required: true
  size:
    description: Number of creators. There are about a hundred rows in all for each.
    type: int
    required: true
  schema:
    description: Idempotent SQL that makes the schema.
    type: str
    required: true
  replace:
    description: Throw away a data set that is another, or of which rows are gone.
    type: bool
    default: false
attributes:
  check_mode:
    description: Tells whether rows would be written.
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
- name: Fill the database
  creator.platform.platform_seed:
    database:
      host: "{{ outputs.database.endpoint_address }}"
      port: "{{ outputs.database.endpoint_port }}"
      database: platform
      secret: "{{ outputs.database.secret_arn }}"
      ca_file: "{{ platform_database_ca_file }}"
    environment: dev
    seed: creator
    size: 200
    schema: "{{ lookup('ansible.builtin.file', 'schema.sql') }}"
"""

RETURN = r"""
tables:
  description: Rows by table.
  returned: success
  type: dict
  sample: {"creators": 200, "posts": 3000}
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError
from ansible_collections.creator.platform.plugins.module_utils.postgres.login import target
from ansible_collections.creator.platform.plugins.module_utils.postgres.options import target_options
from ansible_collections.creator.platform.plugins.module_utils.seed.run import SeedError, fill

SPEC = {
    "database": target_options(),
    "environment": {"type": "str", "required": True},
    "seed": {"type": "str", "required": True},
    "size": {"type": "int", "required": True},
    "schema": {"type": "str", "required": True},
    "replace": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        outcome = fill(
            target(module.params["database"], lambda: module.client("secretsmanager")),
            dry=module.check_mode,
            **{name: module.params[name] for name in ("environment", "seed", "size", "schema", "replace")},
        )
    except (AwsError, PostgresError, SeedError, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=outcome.changed, tables=outcome.tables)


if __name__ == "__main__":
    main()
