# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_master_password
version_added: 0.1.0
short_description: Change the master password of an RDS instance and wait until it holds
description:
  - A restored instance has the passwords of its source. RDS changes the master password in the background
    (state C(resetting-master-credentials)); this waits until it is done.
  - RDS does not tell passwords, so every run changes it.
options:
  identifier:
    description: Name of the instance.
    type: str
    required: true
  password:
    description: The new password.
    type: str
    required: true
attributes:
  check_mode:
    description: Tells that the password would be changed.
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
- name: Give the copy a password of its own
  creator.platform.rds_master_password:
    identifier: drill-creator-dev-database-20261124083500ab12
    password: "{{ new_password }}"
  no_log: true
"""

RETURN = r"""
instance:
  description: C(identifier), C(arn), C(status), C(address), C(port) of the instance.
  returned: when not in check mode
  type: dict
"""

import time

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instances import Pace, facts, set_password

SPEC = {
    "identifier": {"type": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "poll_delay": {"type": "float", "default": 30},
    "wait_timeout": {"type": "int", "default": 3600},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    if module.check_mode:
        module.exit_json(changed=True)
    try:
        pace = Pace(module.params["poll_delay"], module.params["wait_timeout"], time.monotonic, time.sleep)
        instance = set_password(module.client("rds"), module.params["identifier"], module.params["password"], pace)
    except AwsError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=True, instance=facts(instance))


if __name__ == "__main__":
    main()
