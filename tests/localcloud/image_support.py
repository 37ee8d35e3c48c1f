"""What the tests of images share: the parts that have to be there, and a base that is made once for all of them."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import runpy
import shutil
import sys
from pathlib import Path
from typing import Any

from ansible.module_utils.testing import patch_module_args
from ansible_collections.creator.platform.plugins.module_utils.image import run

from tests.localcloud.modules import MODULES

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["python3-minimal", "libpython3-stdlib", "ca-certificates"]
SHARED = ["services/publishing/__main__.py", "services/publishing/common"]
REQUIREMENTS = ["requirements/services.txt", "requirements/services-pip.txt"]
#: The cache of `make images`: base and wheels of these tests are those of every day.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "creator-platform/images"
EPOCH = 1764400000
REVISION = "61c86d1a2f0c4f2d3b5e6a7c8d9e0f1a2b3c4d5e"


def missing() -> str | None:
    """Why no image can be built here, None where one can."""
    if os.geteuid() != 0:
        return "root file systems are made by root"
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    programs = [name for name in ("buildah", "mmdebstrap") if shutil.which(name, path=path) is None]
    if programs:
        return f"{', '.join(programs)} not found: `apt-get install {' '.join(programs)}`"
    if importlib.util.find_spec("cyclonedx") is None:
        return "cyclonedx-python-lib is not installed: `make develop`"
    return None


def run_module(name: str, arguments: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """What a module that does not speak to AWS answered."""
    given = {**arguments, "_ansible_check_mode": check, "_ansible_diff": True}
    said = io.StringIO()
    with patch_module_args(given), contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        runpy.run_module(f"{MODULES}{name}", run_name="__main__")
    result: dict[str, Any] = json.loads(said.getvalue().strip().splitlines()[-1])
    return result


def base(cache: Path = CACHE) -> run.Base:
    """The base image of the services."""
    return run.ensure_base(cache, PACKAGES, check=False)


def arguments(service: str, layout: Path, cache: Path, context: Path = ROOT, **more: Any) -> dict[str, Any]:
    """Options of module image_build for a service."""
    return {
        "name": f"platform/{service}",
        "context": str(context),
        "containerfile": "services/Containerfile",
        "sources": [*SHARED, f"services/publishing/{service}"],
        "requirements": REQUIREMENTS,
        "arguments": {"SERVICE": service},
        "base_layout": str(layout),
        "revision": REVISION,
        "epoch": EPOCH,
        "python": sys.executable,
        "cache": str(cache),
        **more,
    }


def built(service: str) -> dict[str, Any]:
    """The image of a service of this checkout."""
    result = run_module("image_build", arguments(service, base().layout, CACHE))
    assert not result.get("failed"), result
    return result
