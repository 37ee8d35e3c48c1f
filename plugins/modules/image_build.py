# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: image_build
version_added: 0.1.0
short_description: Build an image, the same bytes of the same source
author: creator.platform contributors (@creator-platform)
description:
  - Builds a Containerfile with C(buildah), from the named files alone. What they are copied from does not matter, nor its umask
    and times. Python packages are downloaded before, with the configuration of pip on this machine, and handed to the build as
    the build context C(wheels). So no address of an index is in the image.
  - The image is kept under the digest of all that went into it. Where there is one already, nothing is built.
  - A bill of materials in CycloneDX is written of what is in the image, packages of Debian and of Python.
options:
  name:
    description: What the image is called in its bill of materials.
    type: str
    required: true
  context:
    description: Folder that all other paths are relative to.
    type: path
    required: true
  containerfile:
    description: The Containerfile.
    type: str
    required: true
  sources:
    description: Files and folders that the build may see.
    type: list
    elements: str
    required: true
  requirements:
    description: Files of pip's requirements, each pinned with its hash. The build may see them, and has their wheels.
    type: list
    elements: str
    default: []
  arguments:
    description: Build arguments. C(BASE_IMAGE), C(REVISION), C(SOURCE) and C(CREATED) are added.
    type: dict
    default: {}
  base_layout:
    description: Folder of the base image, as M(creator.platform.image_base) returns it. Give this or O(base_image).
    type: path
  base_image:
    description: Base image of a registry, pinned as C(name@sha256:…).
    type: str
  revision:
    description: Revision of the source, for a label and the tag.
    type: str
    required: true
  modified:
    description: Whether the source is no longer that of the revision. Label and tag say so then.
    type: bool
    default: false
  source:
    description: URL of the source, for a label.
    type: str
    default: unknown
  epoch:
    description: Seconds since 1970, the time of every file, usually that of the revision.
    type: int
    required: true
  platform:
    description: What the image is for, as C(linux/amd64). It is that of this machine if it is not given.
    type: str
  python:
    description:
      - Interpreter whose pip downloads the wheels, of the same version as the image's. It is the one that runs this module if it
        is not given.
    type: path
  cache:
    description: Folder that images and wheels are kept in.
    type: path
    required: true
attributes:
  check_mode:
    description: Reads the source, and says whether an image of it is there.
    support: full
  diff_mode:
    description: What the image is built of, file by file, before nothing.
    support: full
requirements:
  - buildah
  - cyclonedx-python-lib
"""

EXAMPLES = r"""
- name: Build the api
  creator.platform.image_build:
    name: creator-local-api
    context: "{{ playbook_dir }}/.."
    containerfile: services/Containerfile
    sources: [services/publishing/__main__.py, services/publishing/common, services/publishing/api]
    requirements: [requirements/services.txt, requirements/services-pip.txt]
    arguments: {SERVICE: api}
    base_image: "registry.example.com/python@sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
    revision: 61c86d1a2f0c4f2d3b5e6a7c8d9e0f1a2b3c4d5e
    epoch: 1764400000
    cache: "{{ image_build_cache }}"
  register: __image_build_built
"""

RETURN = r"""
digest:
  description: Digest of the image's manifest; empty in check mode when it was not built yet.
  returned: success
  type: str
source_digest:
  description: SHA-256 of all that goes into the image.
  returned: success
  type: str
tag:
  description: The revision; followed by the beginning of the source's digest where the source was modified.
  returned: success
  type: str
layout:
  description: Folder of the image, as an OCI image layout.
  returned: success
  type: str
bill:
  description: File with the bill of materials.
  returned: success
  type: str
"""

import datetime
import sys
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.creator.platform.plugins.module_utils.image.run import (
    ERRORS,
    Order,
    ensure_image,
    native_platform,
)
from ansible_collections.creator.platform.plugins.module_utils.image.source import pinned, tag_of

SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "context": {"type": "path", "required": True},
    "containerfile": {"type": "str", "required": True},
    "sources": {"type": "list", "elements": "str", "required": True},
    "requirements": {"type": "list", "elements": "str", "default": []},
    "arguments": {"type": "dict", "default": {}},
    "base_layout": {"type": "path"},
    "base_image": {"type": "str"},
    "revision": {"type": "str", "required": True},
    "modified": {"type": "bool", "default": False},
    "source": {"type": "str", "default": "unknown"},
    "epoch": {"type": "int", "required": True},
    "platform": {"type": "str"},
    "python": {"type": "path"},
    "cache": {"type": "path", "required": True},
}


def order(params: dict[str, Any]) -> Order:
    """What the options ask for. Raises SourceError."""
    created = datetime.datetime.fromtimestamp(params["epoch"], datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {
        "REVISION": params["revision"] + ("-modified" if params["modified"] else ""),
        "SOURCE": params["source"],
        "CREATED": created,
    }
    return Order(
        name=params["name"],
        context=Path(params["context"]).resolve(),
        containerfile=params["containerfile"],
        sources=tuple(params["sources"]),
        requirements=tuple(params["requirements"]),
        arguments={**{name: str(value) for name, value in params["arguments"].items()}, **labels},
        base=params["base_layout"] or pinned(params["base_image"]),
        epoch=params["epoch"],
        platform=params["platform"] or native_platform(),
        python=params["python"] or sys.executable,
    )


def main() -> None:
    module = AnsibleModule(
        argument_spec=SPEC,
        supports_check_mode=True,
        mutually_exclusive=[("base_layout", "base_image")],
        required_one_of=[("base_layout", "base_image")],
    )
    params = module.params
    try:
        built = ensure_image(Path(params["cache"]), order(params), check=module.check_mode)
        source_digest = built.inputs.digest()
        tag = tag_of(params["revision"], source_digest, modified=params["modified"])
    except ERRORS as error:
        module.fail_json(msg=f"image {params['name']}: {error}")
    shown = "".join(f"{line}\n" for line in built.inputs.lines())
    module.exit_json(
        changed=built.made,
        diff={"before": "" if built.made else shown, "after": shown},
        digest=built.digest,
        source_digest=source_digest,
        tag=tag,
        layout=str(built.layout),
        bill=str(built.bill),
    )


if __name__ == "__main__":
    main()
