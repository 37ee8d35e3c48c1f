# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: config_recorder
short_description: Create, change or remove the recorder of AWS Config with its delivery channel
version_added: 0.1.0
description:
  - Brings the recorder, the delivery channel of the same name and the recording to what is described. It records all kinds of
    resources. An option that is not given is left alone.
  - M(community.aws.config_recorder) and M(community.aws.config_delivery_channel) have no check mode and do not start it.
options:
  name:
    description: Name of the recorder and of its channel.
    type: str
    required: true
  role_arn:
    description: Role with which Config reads resources and writes to the bucket.
    type: str
  global_resources:
    description: Whether it records resources that have no region, such as roles. One region of an account should.
    type: bool
  recording:
    description: Whether it records.
    type: bool
  bucket:
    description: Bucket that it delivers to.
    type: str
  prefix:
    description: Beginning of the keys of what it delivers.
    type: str
  kms_key:
    description: ARN of the KMS key of what it delivers.
    type: str
  snapshots:
    description: How often it delivers all there is.
    type: str
    choices: [One_Hour, Three_Hours, Six_Hours, Twelve_Hours, TwentyFour_Hours]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Record the configuration of everything
  creator.platform.config_recorder:
    name: creator-prod-recorder
    role_arn: arn:aws:iam::123456789012:role/creator-prod-config
    bucket: creator-prod-audit-123456789012
    prefix: config
    recording: true
"""

RETURN = r"""
recorder:
  description: The recorder after the run, with its channel; empty when there is none.
  returned: always
  type: dict
  sample: {bucket: creator-prod-audit-123456789012, recording: true}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.config.api import find_channel, find_recorder
from ansible_collections.creator.platform.plugins.module_utils.aws.config.recorder import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps

SNAPSHOTS = ["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"]
PROPERTIES: dict[str, Any] = {
    "role_arn": {"type": "str"},
    "global_resources": {"type": "bool"},
    "recording": {"type": "bool"},
    "bucket": {"type": "str"},
    "prefix": {"type": "str"},
    "kms_key": {"type": "str", "no_log": False},
    "snapshots": {"type": "str", "choices": SNAPSHOTS},
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The recorder as it is."""
    recorder = find_recorder(client, params["name"])
    return Found(project(recorder, find_channel(client, params["name"]))) if recorder else None


def complete(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The steps; ChangeError when a new recorder has no role or bucket."""
    if found is None and not (desired.get("role_arn") and desired.get("bucket")):
        raise ChangeError(f"recorder {params['name']} is to be created: give it a role and a bucket")
    return present(params, desired, found)


def main() -> None:
    run(ResourceModule("config", "recorder", PROPERTIES, find, complete, absent), SPEC)


if __name__ == "__main__":
    main()
