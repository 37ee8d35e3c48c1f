"""The image with nothing but busybox in it."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import Any

from localcloud.container_nodes import busybox

REFERENCE = "example.test/pause:1"


def opened(content: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(content))


def read(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(name)
    assert found is not None
    return found.read()


def blob(archive: tarfile.TarFile, descriptor: dict[str, Any]) -> bytes:
    content = read(archive, f"blobs/sha256/{descriptor['digest'].partition(':')[2]}")
    assert descriptor == {**descriptor, "size": len(content)}
    assert descriptor["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    return content


def test_it_is_an_image_under_its_full_name() -> None:
    archive = opened(busybox.archive(b"program", REFERENCE, "x86_64", files={"www/index.html": b"hello"}))
    index = json.loads(read(archive, "index.json"))
    (descriptor,) = index["manifests"]
    assert descriptor["annotations"]["io.containerd.image.name"] == REFERENCE
    manifest = json.loads(blob(archive, {key: descriptor[key] for key in ("digest", "size")}))
    config = json.loads(blob(archive, manifest["config"]))
    layer = blob(archive, manifest["layers"][0])
    assert config["rootfs"]["diff_ids"] == [manifest["layers"][0]["digest"]]
    assert (config["os"], config["architecture"]) == ("linux", "amd64")
    assert config["config"]["Entrypoint"] == ["/bin/tail", "-f", "/dev/null"]
    inner = opened(layer)
    assert inner.getmember("bin/busybox").mode == 0o755
    assert inner.getmember("bin/tail").linkname == "busybox"
    assert read(inner, "www/index.html") == b"hello"


def test_the_same_busybox_makes_the_same_image() -> None:
    assert busybox.archive(b"program", REFERENCE, "x86_64") == busybox.archive(b"program", REFERENCE, "x86_64")
