# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pip's command line: the wheels of locked requirements, downloaded on this machine with its own configuration.

https://pip.pypa.io/en/stable/cli/pip_download/
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ansible_collections.creator.platform.plugins.module_utils.oci.command import run


def download(python: str, requirements: Iterable[Path], into: Path) -> None:
    """Fill the folder `into` with the wheels of all `requirements`, which pin each by hash. Raises ImageError.

    python: an interpreter with pip, of the version of the image's: pip looks for wheels of its own.
    """
    into.mkdir(parents=True, exist_ok=True)
    for path in requirements:
        argv = [
            python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps",
            "--only-binary=:all:", f"--dest={into}", f"--requirement={path}",
        ]  # fmt: skip
        run(argv, f"download the wheels of {path.name}")
