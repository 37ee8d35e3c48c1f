# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_settings_parity_info
version_added: 0.1.0
short_description: Compare the settings of a restored RDS instance with its source's
description:
  - Compares more than thirty settings. A difference that a drill's copy should have is V(expected) and bears its reason.
  - Differences are no failure of this module; look at RV(different).
options:
  source:
    description: Name of the source.
    type: str
    required: true
  copy:
    description: Name of the restored instance.
    type: str
    required: true
  instance_class:
    description: Class that was asked for when it is not the source's.
    type: str
    default: ""
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Compare the settings
  creator.platform.rds_settings_parity_info:
    source: creator-dev-database
    copy: drill-creator-dev-database-20261124083500ab12
"""

RETURN = r"""
parity:
  description: For each setting C(setting), C(source), C(copy), C(status) (V(equal), V(expected), V(different)) and C(reason).
  returned: success
  type: list
  elements: dict
different:
  description: A phrase for each setting that differs without a reason.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instances import existing
from ansible_collections.creator.platform.plugins.module_utils.drill import parity

SPEC = {
    "source": {"type": "str", "required": True},
    "copy": {"type": "str", "required": True},
    "instance_class": {"type": "str", "default": ""},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        client = module.client("rds")
        source, copy = existing(client, module.params["source"]), existing(client, module.params["copy"])
    except AwsError as error:
        module.fail_json(msg=str(error))
    rows = parity.compare(source, copy, instance_class=module.params["instance_class"])
    module.exit_json(changed=False, parity=rows, different=parity.different(rows))


if __name__ == "__main__":
    main()
