# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_oidc_provider
short_description: Create, change or remove an OpenID Connect provider of IAM
version_added: 0.1.0
description:
  - Keeps an OpenID Connect provider, such as that of GitHub Actions, which vouches for those who take on roles without a key.
    An option that is not given is left alone.
options:
  name:
    description: Host and path of the issuer's URL, without C(https://).
    type: str
    required: true
  client_ids:
    description: Audiences that tokens may be for. Required with O(state=present).
    type: list
    elements: str
  thumbprints:
    description: SHA-1 sums of certificates that the issuer's own is signed with. AWS finds them itself when they are not given.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Trust the tokens of GitHub Actions
  creator.platform.iam_oidc_provider:
    name: token.actions.githubusercontent.com
    client_ids: [sts.amazonaws.com]
"""

RETURN = r"""
provider:
  description: The provider after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", client_ids: [sts.amazonaws.com]}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.iam.api import provider_arns, provider_of
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.oidc_provider import (
    absent,
    name_of,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "client_ids": {"type": "list", "elements": "str"},
    "thumbprints": {"type": "list", "elements": "str"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The provider as it is."""
    for arn in provider_arns(client):
        if name_of(arn) == params["name"] and (provider := provider_of(client, arn)):
            return Found(project(provider), {"arn": arn})
    return None


def main() -> None:
    run(
        ResourceModule("iam", "provider", PROPERTIES, find, present, absent),
        SPEC,
        required_if=[("state", "present", ("client_ids",))],
    )


if __name__ == "__main__":
    main()
