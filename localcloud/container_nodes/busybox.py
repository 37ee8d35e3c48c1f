"""An image with nothing in it but busybox, as an archive to import: the same bytes for the same busybox. Pure.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def archive(
    busybox: bytes,
    reference: str,
    machine: str,
    *,
    applets: Sequence[str] = ("sh", "tail"),
    command: Sequence[str] = ("/bin/tail", "-f", "/dev/null"),
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """The OCI archive of the image `reference` (full name with tag). machine: as `uname -m` calls it. files: path -> content.

    `command` of the default sleeps for ever, as the sandbox of a pod does.
    """
    layer = _layer(busybox, applets, files or {})
    config = _json(
        {
            "architecture": ARCHITECTURES.get(machine, machine),
            "os": "linux",
            "config": {"Entrypoint": list(command), "Env": ["PATH=/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _descriptor(CONFIG, config),
            "layers": [_descriptor(LAYER, layer)],
        }
    )
    name = {"io.containerd.image.name": reference, "org.opencontainers.image.ref.name": reference.rpartition(":")[2]}
    index = _json({"schemaVersion": 2, "manifests": [{**_descriptor(MANIFEST, manifest), "annotations": name}]})
    blobs = {f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}": blob for blob in (layer, config, manifest)}
    return _tar({"oci-layout": _json({"imageLayoutVersion": "1.0.0"}), "index.json": index, **blobs})


def _layer(busybox: bytes, applets: Sequence[str], files: Mapping[str, bytes]) -> bytes:
    links = {f"bin/{applet}": "busybox" for applet in applets}
    return _tar({"bin/busybox": busybox, **files}, links, mode=0o755)


def _tar(files: Mapping[str, bytes], links: Mapping[str, str] | None = None, mode: int = 0o644) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as made:
        for folder in sorted({path.rpartition("/")[0] for path in files if "/" in path}):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            made.addfile(entry)
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), mode
            made.addfile(entry, io.BytesIO(content))
        for path, to in sorted((links or {}).items()):
            entry = tarfile.TarInfo(path)
            entry.type, entry.linkname = tarfile.SYMTYPE, to
            made.addfile(entry)
    return target.getvalue()


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(content), "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
