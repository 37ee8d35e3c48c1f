# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""buildah's command line: a Containerfile becomes an image layout, with nothing of the machine in it.

https://github.com/containers/buildah/blob/v1.28.2/docs/buildah-build.1.md
Images are built in a store of their own, on plain folders and without containers of the kernel's: so it works where neither
overlayfs nor namespaces are to be had, and nothing of it is left in the machine's own store.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ansible_collections.creator.platform.plugins.module_utils.oci.command import found, run

_BUILT = "localhost/creator.platform/built:1"
#: The driver by an option: with a store of one's own, a variable for it is not read.
_STORE = ("--storage-driver", "vfs")
_ENVIRONMENT = {"BUILDAH_ISOLATION": "chroot"}


class Buildah:
    """A store below `folder`, which is removed by whoever made it. epoch: seconds; the time of every file and of the image."""

    def __init__(self, folder: Path, epoch: int) -> None:
        self._folder, self._epoch = folder, epoch
        store = ["--root", str(folder / "root"), "--runroot", str(folder / "run"), *_STORE]
        self._program = [found("buildah", "buildah"), *store]

    def take(self, layout: Path, name: str) -> str:
        """Have the image of a layout in the store; what it is called there. Raises ImageError.

        Its path would be its name, and stand in the history of all that is built of it: so it is read by way of a link.
        """
        link = self._folder / name
        link.symlink_to(layout)
        self._run(["pull", "--quiet", f"oci:{name}"], f"read the base image {layout}")
        return f"localhost/{name}:latest"

    def build(
        self,
        context: Path,
        containerfile: Path,
        into: Path,
        *,
        arguments: Mapping[str, str],
        contexts: Mapping[str, Path],
        platform: str,
    ) -> None:
        """Build the image, and write it to the folder `into` as a layout. contexts: further folders by name. Raises ImageError.

        An image that is in the store is not asked for at a registry.
        """
        options = [f"--build-arg={name}={value}" for name, value in sorted(arguments.items())]
        options += [f"--build-context={name}={folder}" for name, folder in sorted(contexts.items())]
        self._run(
            [
                "build", f"--timestamp={self._epoch}", f"--platform={platform}",
                "--pull=false", "--no-cache", "--quiet", f"--tag={_BUILT}", f"--file={containerfile}", *options, str(context),
            ],
            f"build {containerfile.name}",
        )  # fmt: skip
        self._run(["push", "--quiet", _BUILT, f"oci:{into}"], "write the image")

    def _run(self, arguments: list[str], what: str) -> str:
        return run([*self._program, *arguments], what, environment=_ENVIRONMENT, folder=self._folder).stdout
