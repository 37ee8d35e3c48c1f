# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: image_push
version_added: 0.1.0
short_description: Push an image to ECR, with its bill of materials attached
author: creator.platform contributors (@creator-platform)
description:
  - Pushes an image from its layout, and its bill of materials as an artifact that refers to it.
  - The credential is that of C(GetAuthorizationToken). It stays in this module's memory, and is in no argument, log or file.
  - Reports what the registry says the tag is, and fails when that is not the image that was built.
  - A tag that is another image already is refused before anything is pushed.
options:
  layout:
    description: Folder of the image, as M(creator.platform.image_build) returns it.
    type: path
    required: true
  bill:
    description: File with its bill of materials in CycloneDX.
    type: path
    required: true
  repository:
    description: Name of the repository.
    type: str
    required: true
  tag:
    description: Tag of the image.
    type: str
    required: true
attributes:
  check_mode:
    description: Asks which images the tags are, and pushes nothing.
    support: full
  diff_mode:
    description: The tag with the image that it is.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Push the api
  creator.platform.image_push:
    layout: "{{ __image_build_built.layout }}"
    bill: "{{ __image_build_built.bill }}"
    repository: creator-local-api
    tag: "{{ __image_build_built.tag }}"
    region: eu-west-1
"""

RETURN = r"""
digest:
  description: Digest of the image, as the registry has it.
  returned: success
  type: str
bill_digest:
  description: Digest of the artifact with the bill of materials.
  returned: success
  type: str
"""

from pathlib import Path

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.pushing import credential, digest_of_tag
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import guarded
from ansible_collections.creator.platform.plugins.module_utils.image.run import ERRORS, Parcel, publish
from ansible_collections.creator.platform.plugins.module_utils.oci.layout import Layout
from ansible_collections.creator.platform.plugins.module_utils.oci.registry import Registry

SPEC = {
    "layout": {"type": "path", "required": True},
    "bill": {"type": "path", "required": True},
    "repository": {"type": "str", "required": True},
    "tag": {"type": "str", "required": True},
}


def push(module: AnsibleAWSModule) -> None:
    """Push, and answer."""
    params, client = module.params, module.client("ecr")
    repository, tag = params["repository"], params["tag"]
    parcel = Parcel(Layout(params["layout"]), Path(params["bill"]), repository, tag)
    try:
        digest, bill, changed = publish(
            parcel,
            lambda name: digest_of_tag(client, repository, name),
            lambda: Registry(*credential(client)),
            check=module.check_mode,
        )
    except ERRORS as error:
        module.fail_json(msg=f"{repository}:{tag}: {error}")
    shown = f"{repository}:{tag} {digest}\n"
    module.exit_json(
        changed=changed, diff={"before": "" if changed else shown, "after": shown}, digest=digest, bill_digest=bill
    )


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    guarded(module, lambda: push(module))


if __name__ == "__main__":
    main()
