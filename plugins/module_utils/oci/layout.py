# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image layouts: an image as a folder of blobs, where builders write them and registries are given them.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tarfile
import zlib
from pathlib import Path
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.oci.command import ImageError

_PIECE = 2**20
#: Of a file that is read out of an image.
_LARGEST = 16 * 2**20


class Layout:
    """An image layout in `folder`. All methods raise ImageError for one that is not whole."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def index(self) -> dict[str, Any]:
        """The parsed index.json."""
        return self._parsed(self.folder / "index.json")

    def path(self, digest: str) -> Path:
        """Where a blob is."""
        algorithm, digits = digest.partition(":")[::2]
        return self.folder / "blobs" / algorithm / digits

    def document(self, digest: str) -> dict[str, Any]:
        """A blob that is JSON, checked against its digest."""
        self.check(digest)
        return self._parsed(self.path(digest))

    def check(self, digest: str) -> None:
        """Whether a blob is what its digest says, by reading it."""
        hashed = hashlib.sha256()
        try:
            with self.path(digest).open("rb") as blob:
                while piece := blob.read(_PIECE):
                    hashed.update(piece)
        except OSError as error:
            raise ImageError(f"image layout {self.folder}: {error}") from error
        if f"sha256:{hashed.hexdigest()}" != digest:
            raise ImageError(f"image layout {self.folder}: blob {digest} is damaged: remove the folder and build again")

    def texts(self, layers: list[str], wanted: re.Pattern[str]) -> dict[str, str]:
        """Text of the files of an image whose whole path is `wanted`, as they are after its last layer.

        layers: their digests, lowest first.
        """
        found: dict[str, str] = {}
        for digest in layers:
            try:
                with gzip.open(self.path(digest)) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
                    for member in archive:
                        self._take(archive, member, wanted, found)
            except (OSError, EOFError, zlib.error, tarfile.TarError, UnicodeDecodeError) as error:
                raise ImageError(f"image layout {self.folder}: layer {digest}: {error}") from error
        return found

    @staticmethod
    def _take(
        archive: tarfile.TarFile, member: tarfile.TarInfo, wanted: re.Pattern[str], found: dict[str, str]
    ) -> None:
        """Note a file, or that a layer took one away: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts"""
        name = member.name.removeprefix("./").lstrip("/")
        folder, last = name.rpartition("/")[::2]
        if last == ".wh..wh..opq":
            gone = folder
        elif last.startswith(".wh."):
            gone = f"{folder}/{last.removeprefix('.wh.')}".lstrip("/")
        else:
            if member.isfile() and member.size <= _LARGEST and wanted.fullmatch(name):
                content = archive.extractfile(member)
                found[name] = content.read().decode() if content else ""
            return
        for path in [path for path in found if path == gone or path.startswith(f"{gone}/")]:
            del found[path]

    def _parsed(self, path: Path) -> dict[str, Any]:
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ImageError(f"image layout {self.folder}: {path.name}: {error}") from error
        if not isinstance(content, dict):
            raise ImageError(f"image layout {self.folder}: {path.name}: expected an object")
        return content
