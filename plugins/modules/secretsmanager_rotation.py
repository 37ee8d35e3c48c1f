# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: secretsmanager_rotation
short_description: Say when RDS rotates the master password of an instance, or have it rotated now
version_added: 0.1.0
description:
  - Sets the schedule of a secret that RDS keeps for an instance. RDS rotates it itself, so there is no function to run.
  - M(community.aws.secretsmanager_secret) knows rotation by a Lambda function only.
options:
  instance:
    description: Identifier of the instance.
    type: str
    required: true
  schedule:
    description: C(rate(n days)) or C(cron(...)). RDS begins with C(rate(7 days)).
    type: str
  duration:
    description: How long after its moment a rotation may begin, such as C(3h).
    type: str
  now:
    description: Whether the password is rotated now, which is a change every time.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource.setting
"""

EXAMPLES = r"""
- name: Rotate the password every month
  creator.platform.secretsmanager_rotation:
    instance: creator-prod-database
    schedule: rate(30 days)

- name: Rotate the password that somebody has seen
  creator.platform.secretsmanager_rotation:
    instance: creator-prod-database
    now: true
"""

RETURN = r"""
rotation:
  description: The schedule after the run, and the C(arn) of the secret.
  returned: always
  type: dict
  sample: {schedule: rate(30 days), duration: "", arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1-AbCdEf"}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.secretsmanager.rotation import (
    present,
    project,
    select,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {"schedule": {"type": "str"}, "duration": {"type": "str"}}
SPEC: dict[str, Any] = {
    "instance": {"type": "str", "required": True},
    **PROPERTIES,
    "now": {"type": "bool", "default": False},
}


@AWSErrorHandler.common_error_handler("list the secrets that RDS keeps")
@AWSRetry.jittered_backoff()
def secrets_of_rds(client: Any) -> Any:
    """All of them."""
    kept = [{"Key": "owning-service", "Values": ["rds"]}]
    return client.get_paginator("list_secrets").paginate(Filters=kept).build_full_result()["SecretList"]


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The schedule as it is."""
    secret = select(secrets_of_rds(client), params["instance"])
    return Found(project(secret), {"arn": secret["ARN"]}) if secret else None


def main() -> None:
    run(ResourceModule("secretsmanager", "rotation", PROPERTIES, find, present), SPEC)


if __name__ == "__main__":
    main()
