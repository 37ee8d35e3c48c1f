# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: image_base
version_added: 0.1.0
short_description: Make a base image of Debian packages
author: creator.platform contributors (@creator-platform)
description:
  - Makes an image of the essential packages of Debian, those that are named and what they need, with C(mmdebstrap) and
    C(buildah), for places that reach no registry. The packages come from where this machine's own do.
  - The same versions of the packages give the same digest. No time, no random id and no setting of this machine is in it.
  - It is kept under the versions of its packages. While they are the newest, nothing is made.
  - Needs root.
options:
  packages:
    description: Names of the packages.
    type: list
    elements: str
    required: true
  cache:
    description: Folder that images are kept in.
    type: path
    required: true
attributes:
  check_mode:
    description: Asks for the versions and says whether an image of them is there.
    support: full
  diff_mode:
    description: The packages with their versions, before nothing.
    support: full
requirements:
  - mmdebstrap
  - buildah
"""

EXAMPLES = r"""
- name: Make a base with Python
  creator.platform.image_base:
    packages: [python3-minimal, libpython3-stdlib, ca-certificates]
    cache: "{{ image_build_cache }}"
  register: __image_build_base
"""

RETURN = r"""
layout:
  description: Folder of the image, as an OCI image layout.
  returned: success
  type: str
digest:
  description: Digest of its manifest; empty in check mode when it was not made yet.
  returned: success
  type: str
packages:
  description: Each package as C(name=version:architecture).
  returned: success
  type: list
  elements: str
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.creator.platform.plugins.module_utils.image.run import ERRORS, ensure_base

SPEC = {
    "packages": {"type": "list", "elements": "str", "required": True},
    "cache": {"type": "path", "required": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        base = ensure_base(Path(module.params["cache"]), module.params["packages"], check=module.check_mode)
    except ERRORS as error:
        module.fail_json(msg=f"base image: {error}")
    shown = "".join(f"{package}\n" for package in base.packages)
    module.exit_json(
        changed=base.made,
        diff={"before": "" if base.made else shown, "after": shown},
        layout=str(base.layout),
        digest=base.digest,
        packages=base.packages,
    )


if __name__ == "__main__":
    main()
