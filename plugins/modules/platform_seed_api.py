# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: platform_seed_api
version_added: 0.1.0
short_description: Fill the publishing platform with its synthetic data set, through its API
description:
  - Signs creators up and writes posts, media, subscriptions and payments through the load balancer and the API of the running
    platform, the same for the same O(seed) and O(size), and waits until the worker has made of them what it makes.
  - The database is read before and after. What it holds is not written again, so a second run changes nothing, and one after a
    run that was killed writes the rest. Everything is sent with an idempotency key, so what was not answered is sent again.
  - An answer that is not the expected one, and a row that is not there in the end, fail the task.
  - Another O(seed) or O(size) is another data set beside it. Nothing is ever taken away, and rows of others are no difference.
  - Media are small pictures. The API sets the dates, so there are no subscriptions that ended and no payments that failed, as
    M(creator.platform.platform_seed) makes them.
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
    description: Number of creators. There are about a hundred requests in all for each.
    type: int
    required: true
  connections:
    description: Requests at a time.
    type: int
    default: 4
  patience:
    description: Seconds for which a request is tried that is not answered, and for which the worker may get nothing done.
    type: float
    default: 60.0
attributes:
  check_mode:
    description: Tells what would be written, from what the database holds. Nothing is sent.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.cluster.entry
  - creator.platform.database
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Fill the platform through its API
  creator.platform.platform_seed_api:
    url: https://dev.creator.example
    database:
      host: "{{ outputs.database.endpoint_address }}"
      port: "{{ outputs.database.endpoint_port }}"
      database: platform
      secret: "{{ outputs.database.secret_arn }}"
      ca_file: "{{ platform_database_ca_file }}"
    environment: dev
    seed: creator
    size: 3
"""

RETURN = r"""
found:
  description: What was there, by kind.
  returned: success
  type: dict
  sample: {"creators": 1, "posts": 20, "media": 0, "subscriptions": 0, "payments": 0}
created:
  description: What was, or in check mode would be, written, by kind.
  returned: success
  type: dict
  sample: {"creators": 2, "posts": 25, "media": 67, "subscriptions": 57, "payments": 113}
tables:
  description: The sum of both, by kind.
  returned: success
  type: dict
  sample: {"creators": 3, "posts": 45, "media": 67, "subscriptions": 57, "payments": 113}
correlation_id:
  description: The correlation id under which everything was sent, for the logs of the services.
  returned: success
  type: str
  sample: seed-0123abcd
"""

import time

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError
from ansible_collections.creator.platform.plugins.module_utils.postgres.login import target
from ansible_collections.creator.platform.plugins.module_utils.postgres.options import target_options
from ansible_collections.creator.platform.plugins.module_utils.seed.run import SeedError
from ansible_collections.creator.platform.plugins.module_utils.seed_api.run import Pace, fill
from ansible_collections.creator.platform.plugins.module_utils.web.entry import WebError
from ansible_collections.creator.platform.plugins.module_utils.web.options import entry_of, entry_options

SPEC = {
    **entry_options(),
    "database": target_options(),
    "environment": {"type": "str", "required": True},
    "seed": {"type": "str", "required": True},
    "size": {"type": "int", "required": True},
    "connections": {"type": "int", "default": 4},
    "patience": {"type": "float", "default": 60.0},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    given = module.params
    if given["connections"] < 1:
        module.fail_json(msg=f"connections must be at least 1, it is {given['connections']}")
    try:
        outcome = fill(
            entry_of(given),
            target(given["database"], lambda: module.client("secretsmanager")),
            Pace(given["connections"], given["patience"], time.monotonic, time.sleep),
            dry=module.check_mode,
            **{name: given[name] for name in ("environment", "seed", "size")},
        )
    except (AwsError, PostgresError, SeedError, WebError, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=outcome.changed,
        found=outcome.found,
        created=outcome.created,
        tables=outcome.tables,
        correlation_id=outcome.correlation,
    )


if __name__ == "__main__":
    main()
