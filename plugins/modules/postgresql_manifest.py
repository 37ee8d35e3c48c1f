# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: postgresql_manifest
version_added: 0.1.0
short_description: Record what a live database holds, so that a copy can be proved equal to it
description:
  - Writes a heartbeat to C(dr.heartbeat) (which it makes when absent) and reads every table at one moment while the
    database works on.
  - The manifest holds counts and sums of 64-bit row hashes by ranges of pages, digests of all definitions, and the
    anchor, which is the moment it speaks of. It holds no content of rows.
  - Compare a physical copy (a point-in-time restore) with it by M(creator.platform.postgresql_content_compare).
  - Never reports a change. The heartbeat is a measurement, not a state.
options:
  file:
    description: File on this host to write the manifest to.
    type: path
    required: true
  workers:
    description: Connections to read with.
    type: int
    default: 2
attributes:
  check_mode:
    description: Does nothing, because a heartbeat is a write; the results are empty.
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
- name: Record what the database holds
  creator.platform.postgresql_manifest:
    database:
      host: "{{ outputs.database.endpoint_address }}"
      port: "{{ outputs.database.endpoint_port }}"
      database: platform
      secret: "{{ outputs.database.secret_arn }}"
      ca_file: "{{ platform_database_ca_file }}"
    file: /var/lib/drills/manifest.json
"""

RETURN = r"""
restore_time:
  description: The earliest whole second at which a copy holds everything of the manifest, UTC.
  returned: when not in check mode
  type: str
  sample: "2026-11-24T08:31:00.000Z"
heartbeat:
  description: Id of the heartbeat that a copy must have.
  returned: when not in check mode
  type: int
tables:
  description: Number of tables.
  returned: when not in check mode
  type: int
rows:
  description: Number of rows that the manifest vouches for.
  returned: when not in check mode
  type: int
unread:
  description: Tables that could not be read, with the reason.
  returned: when not in check mode
  type: list
  elements: str
"""

import json

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.drill.files import write_private
from ansible_collections.creator.platform.plugins.module_utils.drill.run import take_manifest
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError
from ansible_collections.creator.platform.plugins.module_utils.postgres.login import target
from ansible_collections.creator.platform.plugins.module_utils.postgres.options import target_options

SPEC = {
    "database": target_options(),
    "file": {"type": "path", "required": True},
    "workers": {"type": "int", "default": 2},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    if module.check_mode:
        module.exit_json(changed=False)
    try:
        source = target(module.params["database"], lambda: module.client("secretsmanager"))
        manifest = take_manifest(source, workers=module.params["workers"])
        write_private(module.params["file"], json.dumps(manifest))
    except (AwsError, PostgresError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False,
        restore_time=manifest["anchor"]["restore_time"],
        heartbeat=manifest["anchor"]["heartbeat"],
        tables=len(manifest["tables"]),
        rows=sum(chunk[1] for table in manifest["tables"] for chunk in table["chunks"] or ()),
        unread=[f"{each['schema']}.{each['table']}: {each['error']}" for each in manifest["tables"] if each["error"]],
    )


if __name__ == "__main__":
    main()
