# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_offer_info
short_description: Say whether RDS offers an engine version with an instance class
version_added: 0.1.0
description:
  - Fails with one sentence when the region does not offer what an instance is to be made of, and says what it offers instead.
attributes:
  check_mode:
    description: Reads only, in check mode as well.
    support: full
options:
  engine:
    description: Engine.
    type: str
    default: postgres
  engine_version:
    description: Version, major or with minor.
    type: str
    required: true
  instance_class:
    description: Instance class.
    type: str
    required: true
  storage_type:
    description: Storage type.
    type: str
    default: gp3
  multi_az:
    description: Whether a standby in another zone is asked for.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Check that the class is offered
  creator.platform.rds_offer_info:
    engine_version: "15"
    instance_class: db.r7g.xlarge
    multi_az: true
"""

RETURN = r"""
engine_version:
  description: The newest version on offer that fits.
  returned: success
  type: str
  sample: "15.18"
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.api import engine_versions, orderable_options
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.offer import OfferError, choose, require

SPEC: dict[str, Any] = {
    "engine": {"type": "str", "default": "postgres"},
    "engine_version": {"type": "str", "required": True},
    "instance_class": {"type": "str", "required": True},
    "storage_type": {"type": "str", "default": "gp3"},
    "multi_az": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    asked = module.params
    try:
        client = module.client("rds")
        version = choose(asked, engine_versions(client, asked["engine"]), client.meta.region_name)
        options = orderable_options(client, asked["engine"], version, asked["instance_class"])
        require(asked, version, options, client.meta.region_name)
    except OfferError as error:
        module.fail_json(msg=str(error))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(changed=False, engine_version=version)


if __name__ == "__main__":
    main()
