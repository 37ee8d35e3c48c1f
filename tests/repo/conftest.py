"""What the tests of the repository itself share."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project root."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[str]:
    """Paths of all tracked and new files, links included; never empty."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [path for path in listed.stdout.splitlines() if (ROOT / path).exists() or (ROOT / path).is_symlink()]
    assert paths
    return paths
