# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Use cases: a base image of Debian packages, an image of a Containerfile, and an image with its bill of materials in ECR."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.image import manifest, packages
from ansible_collections.creator.platform.plugins.module_utils.image.manifest import Descriptor, ManifestError
from ansible_collections.creator.platform.plugins.module_utils.image.packages import PackagesError
from ansible_collections.creator.platform.plugins.module_utils.image.source import File, Inputs, SourceError, chosen
from ansible_collections.creator.platform.plugins.module_utils.oci import bill, debian, wheels
from ansible_collections.creator.platform.plugins.module_utils.oci.buildah import Buildah
from ansible_collections.creator.platform.plugins.module_utils.oci.command import ImageError
from ansible_collections.creator.platform.plugins.module_utils.oci.layout import Layout
from ansible_collections.creator.platform.plugins.module_utils.oci.registry import Registry

#: All that a module of images says in one sentence.
ERRORS = (ImageError, SourceError, PackagesError, ManifestError, OSError)
#: Those of the OCI, by what uname calls them.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_PACKAGES, _BILL = "packages.json", "bom.json"


@dataclass(frozen=True)
class Base:
    """A base image. layout: its folder; digest: of its manifest; packages: `name=version:architecture` of each."""

    layout: Path
    digest: str
    packages: tuple[str, ...]
    made: bool


@dataclass(frozen=True)
class Order:
    """What is to be built. Paths are relative to `context`; base: a folder with a layout, or a name with a digest.

    requirements: files with the hashed pins whose wheels are the build context `wheels`; name: in the bill of materials.
    """

    name: str
    context: Path
    containerfile: str
    sources: tuple[str, ...]
    requirements: tuple[str, ...]
    arguments: Mapping[str, str]
    base: str
    epoch: int
    platform: str
    python: str


@dataclass(frozen=True)
class Built:
    """An image. bill: file with its bill of materials; inputs: what it was, or would be, built of; digest: "" when not built."""

    layout: Path
    digest: str
    bill: Path
    inputs: Inputs
    made: bool


@contextlib.contextmanager
def work(cache: Path, prefix: str) -> Iterator[Path]:
    """A new folder below `cache` for this run alone, removed at the end; what killed runs left is removed first.

    One run at a time: two would do the same work twice, and fill the disk with it.
    """
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in cache.glob("work-*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"work-{prefix}-", dir=cache))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def ensure_base(cache: Path, names: Sequence[str], *, check: bool) -> Base:
    """The base image of the newest versions of these packages and of all that they need. check: only say whether it is there.

    Raises one of ERRORS.
    """
    with work(cache, "base") as folder:
        system = debian.Debian(names, folder)
        wanted = packages.simulated(system.resolve())
        kept = cache / f"base-{packages.base_key(wanted, debian.RECIPE)[:32]}"
        if kept.is_dir():
            return Base(kept, _only(Layout(kept)).digest, wanted, made=False)
        if check:
            return Base(kept, "", wanted, made=True)
        context, made = folder / "context", folder / "made"
        context.mkdir()
        system.write(context / "rootfs.tar")
        containerfile = folder / "Containerfile"
        containerfile.write_text(debian.CONTAINERFILE)
        builder = Buildah(folder, debian.EPOCH)
        builder.build(context, containerfile, made, arguments={}, contexts={}, platform=native_platform())
        _agree(Layout(made), wanted)
        (made / _PACKAGES).write_text(json.dumps(wanted, indent=1) + "\n")
        made.rename(kept)
    return Base(kept, _only(Layout(kept)).digest, wanted, made=True)


def ensure_image(cache: Path, order: Order, *, check: bool) -> Built:
    """The image of an order, built unless one of the same inputs is there. check: build nothing. Raises one of ERRORS."""
    base = _base(Layout(order.base), order.platform) if _is_layout(order.base) else order.base
    inputs = _inputs(order, base)
    kept = cache / f"image-{inputs.digest()[:32]}"
    if kept.is_dir() or check:
        digest = _only(Layout(kept)).digest if kept.is_dir() else ""
        return Built(kept, digest, kept / _BILL, inputs, made=not kept.is_dir())
    with work(cache, "image") as folder:
        if kept.is_dir():  # another run built it while this one waited
            return Built(kept, _only(Layout(kept)).digest, kept / _BILL, inputs, made=False)
        needed = _wheels(cache, folder, order)
        context, made = folder / "context", folder / "made"
        _stage(order.context, inputs, context)
        builder = Buildah(folder, order.epoch)
        name = order.base
        if _is_layout(order.base):
            name = builder.take(Path(order.base), f"base-{base.removeprefix('sha256:')[:12]}")
        builder.build(
            context, context / order.containerfile, made,
            arguments={**order.arguments, "BASE_IMAGE": name}, contexts={"wheels": needed}, platform=order.platform,
        )  # fmt: skip
        digest = _describe(made, order)
        made.rename(kept)
    return Built(kept, digest, kept / _BILL, inputs, made=True)


def native_platform() -> str:
    """`linux/<architecture>` of this machine, in the words of the OCI: https://go.dev/doc/install/source#environment"""
    machine = os.uname().machine
    return f"linux/{_ARCHITECTURES.get(machine, machine)}"


def _is_layout(base: str) -> bool:
    return base.startswith("/")


def _base(layout: Layout, platform: str) -> str:
    """Digest of the base image. Raises ImageError for one of another platform."""
    digest = _only(layout).digest
    _on(layout, layout.document(digest), platform)
    return digest


def _on(layout: Layout, document: Mapping[str, Any], platform: str) -> None:
    """Whether an image is of the platform, by its configuration. Raises ImageError."""
    found = manifest.platform_of(layout.document(manifest.blobs(document)[-1].digest))
    if found != platform:
        raise ImageError(f"the image is of platform {found}, expected {platform}: name a base image of that platform")


def _only(layout: Layout) -> Descriptor:
    return manifest.only_image(layout.index())


def _agree(layout: Layout, wanted: Sequence[str]) -> None:
    """Whether the base holds what it is kept under. Raises ImageError: the sources may have changed in between."""
    layers = [layer.digest for layer in manifest.layers(layout.document(_only(layout).digest))]
    listed = packages.of_image(layout.texts(layers, packages.WANTED))
    held = {f"{package.name}={package.version}:{package.architecture}" for package in listed if package.kind == "deb"}
    differing = sorted(held ^ set(wanted))
    if differing:
        raise ImageError(
            f"the base image has other packages than apt said it would: {', '.join(differing[:5])}: run again"
        )


def _inputs(order: Order, base: str) -> Inputs:
    """Raises SourceError for a source that is not there."""
    context = order.context
    wanted = (*order.sources, order.containerfile, *order.requirements)
    walked = [
        path.relative_to(context).as_posix()
        for name in wanted
        for path in ([context / name] if (context / name).is_file() else sorted((context / name).rglob("*")))
        if path.is_file()
    ]
    files = tuple(
        File(
            path,
            hashlib.sha256((context / path).read_bytes()).hexdigest(),
            bool((context / path).stat().st_mode & 0o100),
        )
        for path in chosen(walked, wanted)
    )
    return Inputs(files, order.containerfile, order.arguments, base, order.epoch, order.platform)


def _stage(source: Path, inputs: Inputs, into: Path) -> None:
    """Copy the files with the permissions and times that they have in the image, whatever umask and clock the checkout had."""
    for file in inputs.files:
        target = into / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file.path, target)
        target.chmod(file.mode)
        os.utime(target, (inputs.epoch, inputs.epoch))
    for folder in [into, *(path for path in into.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
        os.utime(folder, (inputs.epoch, inputs.epoch))


def _wheels(cache: Path, folder: Path, order: Order) -> Path:
    """Folder of the wheels that the requirements pin: kept, for they are the same for all images of them."""
    paths = [order.context / name for name in order.requirements]
    key = hashlib.sha256(b"\0".join([order.python.encode(), *(path.read_bytes() for path in paths)])).hexdigest()
    kept = cache / f"wheels-{key[:32]}"
    if not kept.is_dir():
        made = folder / "wheels"
        wheels.download(order.python, paths, made)
        made.rename(kept)
    return kept


def _describe(made: Path, order: Order) -> str:
    """Check what the builder wrote, and write the bill of materials beside it; the image's digest. Raises one of ERRORS."""
    layout = Layout(made)
    image = _only(layout)
    document = layout.document(image.digest)
    _on(layout, document, order.platform)
    files = layout.texts([layer.digest for layer in manifest.layers(document)], packages.WANTED)
    listed = packages.of_image(files)
    written = bill.write(order.name, image.digest, order.epoch, packages.distribution(files), listed)
    (made / _BILL).write_bytes(written)
    return image.digest


@dataclass(frozen=True)
class Parcel:
    """What is pushed: an image, the file with its bill of materials, and where to."""

    layout: Layout
    bill: Path
    repository: str
    tag: str


def publish(
    parcel: Parcel, described: Callable[[str], str], registry: Callable[[], Registry], *, check: bool
) -> tuple[str, str, bool]:
    """Push an image under its tag, with its bill of materials attached; digests of both, and whether something was pushed.

    described: tag -> digest that the registry's API says it has, "" for none; asked before, and after as the proof.
    registry: a session, opened when it is needed. Raises one of ERRORS; also for a tag that is another image.
    """
    image, repository = _only(parcel.layout), parcel.repository
    annotations = {"org.opencontainers.image.title": _BILL}
    artifact = manifest.attached(image, parcel.bill.read_bytes(), manifest.CYCLONEDX, annotations)
    expected = {manifest.attachment_tag(image.digest): artifact.digest, parcel.tag: image.digest}
    before = {tag: described(tag) for tag in expected}
    for tag, digest in expected.items():
        if before[tag] not in {"", digest}:
            raise ImageError(manifest.unlike(repository, tag, expected=digest, found=before[tag]))
    if before == expected or check:
        return image.digest, artifact.digest, before != expected
    session = registry()
    _push(session, parcel, image, artifact)
    for tag, digest in expected.items():
        if (found := described(tag)) != digest:
            raise ImageError(manifest.unlike(repository, tag, expected=digest, found=found))
    if not manifest.lists(session.referrers(repository, image.digest), artifact.digest):
        raise ImageError(
            f"{repository}@{image.digest}: the registry does not list the bill of materials that was attached"
        )
    return image.digest, artifact.digest, True


def _push(session: Registry, parcel: Parcel, image: Descriptor, artifact: manifest.Artifact) -> None:
    """Blobs first, the image last: nobody sees an image without its layers, nor without its bill of materials.

    A registry takes what refers to an image before the image itself:
    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
    """
    layout, repository = parcel.layout, parcel.repository
    for blob in manifest.blobs(layout.document(image.digest)):
        layout.check(blob.digest)
        session.push_blob(repository, blob.digest, layout.path(blob.digest))
    for digest, content in artifact.blobs.items():
        session.push_blob(repository, digest, content)
    pushed = (
        (manifest.attachment_tag(image.digest), artifact.content, artifact.digest),
        (parcel.tag, layout.path(image.digest).read_bytes(), image.digest),
    )
    for tag, content, digest in pushed:
        answered = session.push_manifest(repository, tag, content, manifest.MANIFEST)
        if answered != digest:
            raise ImageError(manifest.unlike(repository, tag, expected=digest, found=answered))
