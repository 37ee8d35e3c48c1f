# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_account_public_access_block
short_description: Refuse public access to all buckets of an account
version_added: 0.1.0
description:
  - Brings the public access block of an account, which stands above those of its buckets, to what is described.
  - An option that is not given is left alone.
options:
  account_id:
    description: Id of the account, in quotes.
    type: str
    required: true
  block_public_acls:
    description: Refuse ACLs that make public.
    type: bool
  block_public_policy:
    description: Refuse bucket policies that make public.
    type: bool
  ignore_public_acls:
    description: Pay no heed to ACLs that make public.
    type: bool
  restrict_public_buckets:
    description: Let nobody but the account into buckets that are public by policy.
    type: bool
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Close all buckets of the account to the public
  creator.platform.s3_account_public_access_block:
    account_id: "123456789012"
    block_public_acls: true
    block_public_policy: true
    ignore_public_acls: true
    restrict_public_buckets: true
"""

RETURN = r"""
public_access_block:
  description: The block after the run, empty when there is none.
  returned: always
  type: dict
  sample: {block_public_acls: true, block_public_policy: true}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.account import (
    ABSENT,
    absent,
    present,
    project,
    reachable,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.bucket import BLOCKS
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {name: {"type": "bool"} for name in BLOCKS}
SPEC: dict[str, Any] = {"account_id": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The block as it is."""
    ask = AWSRetry.jittered_backoff()(reachable(client).get_public_access_block)
    try:
        answer = AWSErrorHandler.common_error_handler("read the account's public access block")(_ask)(
            ask, params["account_id"]
        )
    except LookupError:
        return None
    return Found(project(answer["PublicAccessBlockConfiguration"]))


def _ask(ask: Any, account: str) -> Any:
    try:
        return ask(AccountId=account)
    except is_boto3_error_code(list(ABSENT)) as error:
        raise LookupError(account) from error


def main() -> None:
    run(ResourceModule("s3control", "public_access_block", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
