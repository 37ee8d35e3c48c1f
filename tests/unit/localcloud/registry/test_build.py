"""The build of the registry, with a Go that only pretends; what it shares with that of Kubernetes is tested there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.registry import build

ROOT = Path(build.__file__).resolve().parents[2]
GO = """#!/bin/sh
case "$1" in
env) echo go1.26.1; exit 0 ;;
mod) {mod}; exit 0 ;;
esac
while [ "$1" != -o ]; do shift; done
echo "#!/bin/sh" > "$2" && chmod +x "$2"
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "bin").mkdir()
    return {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
    }


def script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def run(environ: dict[str, str], *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-S", "-m", "localcloud.registry.build", *arguments]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


def test_it_builds_once_and_is_quiet_afterwards(tmp_path: Path, environ: dict[str, str]) -> None:
    script(tmp_path / "bin" / "go", GO.format(mod="true"))
    assert build.locate(environ) is None
    code, said = run(environ)
    assert code == 0, said
    assert f"registry: building registry {build.version()}" in said
    assert build.locate(environ) == build.cache_directory(environ) / "registry"
    assert build.missing(environ) is None
    assert not list(build.root(environ).glob("work-*"))
    assert run(environ) == (0, "")


def test_where_it_cannot_be_built_one_line_says_why(tmp_path: Path, environ: dict[str, str]) -> None:
    script(tmp_path / "bin" / "go", GO.format(mod="echo 'go: dial tcp: lookup proxy: no such host'; exit 1"))
    for arguments, expected in (((), 1), (("--optional",), 0)):
        code, said = run(environ, *arguments)
        assert code == expected
        assert said.splitlines()[-1].startswith("registry: no network or registry while trying to download")
    told = build.missing(environ)
    assert told is not None
    assert "make registry" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ("registry github.com/distribution/distribution/v3 v3.2.0", True),
        ("docker-registry github.com/docker/distribution 2.8.2", False),
        ("registry of something else", False),
    ],
)
def test_one_that_is_there_is_used_where_it_fits(
    tmp_path: Path, environ: dict[str, str], answer: str, fits: bool
) -> None:
    there = tmp_path / "bin" / "registry"
    script(there, f"#!/bin/sh\necho '{answer}'\n")
    assert build.locate(environ) == (there if fits else None)


def test_the_sources_are_part_of_the_cache_key(environ: dict[str, str]) -> None:
    assert {path.name for path in build.HERE.iterdir() if path.suffix in {".mod", ".sum", ".go"}} == {
        "go.mod", "go.sum", "main.go",
    }  # fmt: skip
    assert os.path.basename(build.cache_directory(environ)).isalnum()
