# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_password_policy
short_description: Keep the account's password policy
version_added: 0.1.0
description:
  - Brings the password policy of the account's IAM users to what is described. An option that is not given stays as it is.
  - M(community.aws.iam_password_policy) writes in check mode, and in every run.
options:
  minimum_length:
    description: Fewest characters, from 6 to 128.
    type: int
  require_lowercase:
    description: Whether a lower case letter is needed.
    type: bool
  require_uppercase:
    description: Whether an upper case letter is needed.
    type: bool
  require_numbers:
    description: Whether a digit is needed.
    type: bool
  require_symbols:
    description: Whether a character that is neither letter nor digit is needed.
    type: bool
  allow_change:
    description: Whether users may change their own password.
    type: bool
  max_age_days:
    description: Days after which a password must be changed, up to 1095; 0 for never.
    type: int
  remember:
    description: How many of the last passwords cannot be used again, up to 24; 0 for none.
    type: int
  expiry_needs_administrator:
    description: Whether only an administrator lets a user in again whose password is too old.
    type: bool
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource.setting
"""

EXAMPLES = r"""
- name: Ask for long passwords
  creator.platform.iam_password_policy:
    minimum_length: 14
    remember: 24
"""

RETURN = r"""
password_policy:
  description: The policy after the run.
  returned: always
  type: dict
  sample: {minimum_length: 14, remember: 24}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.api import password_policy
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.password_policy import SETTINGS, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    option: {"type": "bool" if isinstance(default, bool) else "int"} for option, (_name, default) in SETTINGS.items()
}


def find(client: Any, params: Mapping[str, Any]) -> Found:
    """The policy as it is."""
    del params
    return Found(project(password_policy(client)))


def main() -> None:
    run(ResourceModule("iam", "password_policy", PROPERTIES, find, present), PROPERTIES)


if __name__ == "__main__":
    main()
