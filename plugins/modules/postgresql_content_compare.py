# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: postgresql_content_compare
version_added: 0.1.0
short_description: Prove a restored database equal to its live source
description:
  - Compares a physical copy (a point-in-time restore, a promoted replica) with a manifest of its source,
    table by table and row by row.
  - What the source was changed since the manifest raises no alarm. A difference is traced to table and primary key.
  - A verdict that is not V(succeeded) is no failure of this module; look at RV(comparison).
options:
  manifest:
    description: File made by M(creator.platform.postgresql_manifest).
    type: path
    required: true
  source:
    description: The live source; differences are traced with its help.
    type: dict
    required: true
    suboptions: &target
      host:
        description: Host name or address.
        type: str
        required: true
      port:
        description: Port.
        type: int
        required: true
      database:
        description: Name of the database.
        type: str
        required: true
      secret:
        description: Secret in Secrets Manager with the JSON keys V(username) and V(password).
        type: str
      user:
        description: User name; give it or a secret.
        type: str
      password:
        description: Password of the user.
        type: str
      ca_file:
        description: File with the certificates that sign the server's.
        type: path
  copy:
    description: The restored copy.
    type: dict
    required: true
    suboptions: *target
  horizon:
    description: RV(creator.platform.postgresql_copy_info#module:horizon) of the copy when it was reached first.
    type: int
    required: true
  workers:
    description: Connections to read the copy with.
    type: int
    default: 2
  limit:
    description: The most differing rows that are named per table.
    type: int
    default: 20
  minimum_coverage:
    description: Share of all rows, 0 to 1, that must be proved.
    type: float
    default: 0.9
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
requirements:
  - psycopg >= 3
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Prove the content
  creator.platform.postgresql_content_compare:
    manifest: /var/lib/drills/manifest.json
    source: "{{ source_database }}"
    copy: "{{ copy_database }}"
    horizon: "{{ first_connection.horizon }}"
  register: proof
"""

RETURN = r"""
comparison:
  description:
    - C(verdict) (V(succeeded), V(failed), V(inconclusive)), C(reason), C(message), C(coverage) (0 to 1), C(tables),
      C(schema_differences), C(left_out), C(last_heartbeat) and C(next_heartbeat).
    - Each table has its counts, checksums, C(status) (V(equal), V(different), V(missing), V(unknown)) and C(differences).
  returned: success
  type: dict
"""

import json
from pathlib import Path

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.drill.run import prove
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError
from ansible_collections.creator.platform.plugins.module_utils.postgres.login import target
from ansible_collections.creator.platform.plugins.module_utils.postgres.options import target_options

SPEC = {
    "manifest": {"type": "path", "required": True},
    "source": target_options(),
    "copy": target_options(),
    "horizon": {"type": "int", "required": True},
    "workers": {"type": "int", "default": 2},
    "limit": {"type": "int", "default": 20},
    "minimum_coverage": {"type": "float", "default": 0.9},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    params = module.params
    try:
        manifest = json.loads(Path(params["manifest"]).read_text(encoding="utf-8"))
        source = target(params["source"], lambda: module.client("secretsmanager"))
        copy = target(params["copy"], lambda: module.client("secretsmanager"))
        bounds = {name: params[name] for name in ("horizon", "workers", "limit", "minimum_coverage")}
        comparison = prove(manifest, source, copy, **bounds)
    except (AwsError, PostgresError) as error:
        module.fail_json(msg=str(error))
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"The manifest {params['manifest']} cannot be read: {error}; take a new one.")
    module.exit_json(changed=False, comparison=comparison.document())


if __name__ == "__main__":
    main()
