# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ebs_defaults
short_description: Set an account's defaults for volumes, snapshots, images and instance metadata
version_added: 0.1.0
description:
  - Brings what an account has once a region to what is described. An option that is not given is left alone.
  - Encryption by default and the metadata defaults are for new volumes and instances; those that are there stay as they are.
options:
  encryption:
    description: Whether new volumes and copies of snapshots are encrypted.
    type: bool
  kms_key:
    description: ARN of the KMS key of new volumes whose maker names none.
    type: str
  snapshot_sharing:
    description: Whether snapshots may be shared with everybody; V(block-all-sharing) hides those that are shared already.
    type: str
    choices: [block-all-sharing, block-new-sharing, unblocked]
  image_sharing:
    description: Whether images may be shared with everybody.
    type: str
    choices: [block-new-sharing, unblocked]
  metadata_tokens:
    description: Whether new instances answer metadata requests without a session token (IMDSv1).
    type: str
    choices: [required, optional, no-preference]
  metadata_hop_limit:
    description: How many network hops an answer with a token travels, 1 to 64; -1 for no preference.
    type: int
  metadata_endpoint:
    description: Whether new instances have the metadata service.
    type: str
    choices: [enabled, disabled, no-preference]
  metadata_tags:
    description: Whether instances see their tags in the metadata.
    type: str
    choices: [enabled, disabled, no-preference]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource.setting
"""

EXAMPLES = r"""
- name: Encrypt new volumes and share nothing
  creator.platform.ebs_defaults:
    encryption: true
    kms_key: arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555
    snapshot_sharing: block-all-sharing
    image_sharing: block-new-sharing
    metadata_tokens: required
"""

RETURN = r"""
defaults:
  description: The settings after the run.
  returned: always
  type: dict
  sample: {encryption: true, snapshot_sharing: block-all-sharing}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.ebs.defaults import QUESTIONS, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PREFERENCE = ["enabled", "disabled", "no-preference"]
PROPERTIES: dict[str, Any] = {
    "encryption": {"type": "bool"},
    "kms_key": {"type": "str", "no_log": False},
    "snapshot_sharing": {"type": "str", "choices": ["block-all-sharing", "block-new-sharing", "unblocked"]},
    "image_sharing": {"type": "str", "choices": ["block-new-sharing", "unblocked"]},
    "metadata_tokens": {"type": "str", "choices": ["required", "optional", "no-preference"], "no_log": False},
    "metadata_hop_limit": {"type": "int"},
    "metadata_endpoint": {"type": "str", "choices": PREFERENCE},
    "metadata_tags": {"type": "str", "choices": PREFERENCE},
}


def find(client: Any, _params: Mapping[str, Any]) -> Found:
    """The settings as they are."""
    handled = AWSErrorHandler.common_error_handler("read the account's defaults")
    answers = {
        name: handled(AWSRetry.jittered_backoff()(getattr(client, question)))() for name, question in QUESTIONS.items()
    }
    return Found(project(answers))


def main() -> None:
    run(ResourceModule("ec2", "defaults", PROPERTIES, find, present), dict(PROPERTIES))


if __name__ == "__main__":
    main()
