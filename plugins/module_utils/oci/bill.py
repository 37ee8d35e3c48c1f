# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A software bill of materials in CycloneDX, by the library of the CycloneDX project.

https://cyclonedx.org/docs/1.6/json/
https://github.com/package-url/purl-spec
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable
from typing import Protocol

from ansible_collections.creator.platform.plugins.module_utils.oci.command import ImageError

try:
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL
except ImportError:  # told when a bill is asked for; ansible-test imports everything without it
    Bom = None  # type: ignore[assignment,misc]


class Listed(Protocol):
    """A package: see Package of module_utils/image/packages.py."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def architecture(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def summary(self) -> str: ...


def write(image: str, digest: str, epoch: int, distribution: tuple[str, str], packages: Iterable[Listed]) -> bytes:
    """The bill of the image of a name and a digest: the same bytes for the same arguments. epoch: its time, in seconds.

    distribution: name and version of what the Debian packages are of. Raises ImageError without the library.
    """
    if Bom is None:
        raise ImageError("the Python of this task has no cyclonedx-python-lib: install requirements/runtime.txt")
    purl = PackageURL("oci", None, image.rpartition("/")[2], digest)
    subject = Component(name=image, version=digest, type=ComponentType.CONTAINER, bom_ref=str(purl), purl=purl)
    bom = Bom(
        components=[_component(package, distribution) for package in packages],
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, str(purl)),
    )
    bom.metadata.component = subject
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(epoch, datetime.UTC)
    bom.register_dependency(subject, list(bom.components))
    # In one order: the library writes sets.
    return json.dumps(json.loads(JsonV1Dot6(bom).output_as_string()), indent=1, sort_keys=True).encode() + b"\n"


def _component(package: Listed, distribution: tuple[str, str]) -> Component:
    name, version = distribution
    if package.kind == "deb":
        qualifiers = {"arch": package.architecture, "distro": f"{name}-{version}".rstrip("-")}
        purl = PackageURL("deb", name, package.name, package.version, qualifiers)
    else:
        purl = PackageURL(package.kind, None, package.name, package.version)
    properties = [Property(name="creator.platform:debian:source", value=package.source)] if package.source else []
    return Component(
        name=package.name, version=package.version, type=ComponentType.LIBRARY, bom_ref=str(purl), purl=purl,
        description=package.summary or None, properties=properties,
    )  # fmt: skip
