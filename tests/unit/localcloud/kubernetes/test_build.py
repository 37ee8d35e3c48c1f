"""The build of the Kubernetes binaries, with a Go that only pretends: what it makes, says, keeps and leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localcloud.kubernetes import build

SCRIPT = Path(build.__file__)
GO = """#!{sh}
case "$1" in
env) echo go1.26.1; exit 0 ;;
mod) {mod}; exit 0 ;;
esac
while [ "$1" != -o ]; do shift; done
mkdir -p "$GOMODCACHE/read-only" && touch "$GOMODCACHE/read-only/file" && chmod 500 "$GOMODCACHE/read-only"
case "$2" in {case}) {fail} ;; esac
echo "k8s.io/some/package"
echo "#!/bin/sh" > "$2" && chmod +x "$2"
"""


class Place:
    """A cache folder and a PATH of our own, with the pretended Go in it."""

    def __init__(self, folder: Path) -> None:
        self.cache, self.bin = folder / "cache", folder / "bin"
        self.bin.mkdir()
        for name in ("sh", "mkdir", "touch", "chmod", "sleep", "echo"):
            found = next(place for place in ("/bin", "/usr/bin") if Path(place, name).exists())
            (self.bin / name).symlink_to(Path(found, name))

    def go(self, *, mod: str = "true", case: str = "none", fail: str = "exit 1") -> None:
        path = self.bin / "go"
        path.write_text(GO.format(sh=self.bin / "sh", mod=mod, case=case, fail=fail))
        path.chmod(0o755)

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": str(self.bin), "XDG_CACHE_HOME": str(self.cache), "HOME": str(self.cache)}

    def start(self) -> subprocess.Popen[str]:
        # A job in the background of a script is started with interrupts ignored, and hands that on.
        return subprocess.Popen(
            [sys.executable, SCRIPT],
            env=self.environ,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
        )

    def run(self) -> tuple[int, str]:
        child = self.start()
        _, said = child.communicate(timeout=60)
        return child.returncode, said

    @property
    def built(self) -> set[str]:
        return {path.name for path in build.cache_directory(self.environ).glob("*")}

    @property
    def leftovers(self) -> list[Path]:
        return list(build.cache_root(self.environ).glob("work-*"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_it_builds_once_and_is_quiet_afterwards(place: Place) -> None:
    place.go()
    code, said = place.run()
    assert code == 0, said
    assert place.built == set(build.PACKAGES)
    assert "s] kubernetes: kube-apiserver 1.36.3 is built" in said
    assert not place.leftovers
    assert place.run() == (0, "")


def test_only_what_is_missing_is_built(place: Place) -> None:
    place.go()
    place.run()
    (build.cache_directory(place.environ) / "kwok").unlink()
    _, said = place.run()
    assert "kwok" in said
    assert "kube-apiserver" not in said


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ({"mod": "echo 'go: dial tcp: lookup proxy: no such host'; exit 1"}, "no network or registry"),
        (
            {"case": "*kwok*", "fail": "echo k8s.io/z; echo '# k8s.io/x'; echo 'pkg/x.go:1:2: undefined: y'; exit 1"},
            "could not build kwok: pkg/x.go:1:2: undefined: y",
        ),
        ({"case": "*kwok*", "fail": "echo 'write /x: no space left on device'; exit 1"}, "disk full"),
    ],
)
def test_a_failure_is_one_sentence_and_keeps_what_is_done(place: Place, script: dict[str, str], sentence: str) -> None:
    place.go(**script)
    code, said = place.run()
    assert code == 1
    assert sentence in said.splitlines()[-1]
    assert not place.leftovers
    assert place.built <= {"etcd"}
    place.go()
    assert place.run()[0] == 0
    assert place.built == set(build.PACKAGES)


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_takes_its_caches_and_its_compiler_along(place: Place, sig: signal.Signals) -> None:
    place.go(case="*kube-scheduler*", fail="sleep 60")
    child = place.start()
    deadline = time.monotonic() + 30
    while "kwok" not in place.built and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    child.send_signal(sig)
    _, said = child.communicate(timeout=20)
    assert child.returncode == 130
    assert "interrupted" in said
    assert place.built == {"etcd", "kwok"}
    assert not place.leftovers


def test_a_killed_build_is_swept_by_the_next_one(place: Place) -> None:
    place.go(case="*kube-scheduler*", fail="sleep 5")
    child = place.start()
    deadline = time.monotonic() + 30
    while "kwok" not in place.built and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    child.communicate()
    assert place.leftovers
    place.go()
    assert place.run()[0] == 0
    assert not place.leftovers


def test_two_builds_at_once_do_the_work_once(place: Place, tmp_path: Path) -> None:
    builds, may_end = tmp_path / "builds", tmp_path / "may-end"
    place.go(case="*etcd*", fail=f"touch {builds}; while [ ! -e {may_end} ]; do sleep 0.05; done")
    first = place.start()
    deadline = time.monotonic() + 30
    while not builds.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    second = place.start()
    assert second.stderr is not None
    waits = second.stderr.readline()
    may_end.touch()
    said = [child.communicate(timeout=60)[1] for child in (first, second)]
    said[1] = waits + said[1]
    assert [first.returncode, second.returncode] == [0, 0]
    assert "another build is under way" in said[1]
    assert "is built" not in said[1]


@pytest.mark.parametrize(
    ("binary", "version", "fitting"),
    [
        ("kube-apiserver", "1.36.0", True),
        ("kube-apiserver", "1.35.9", False),
        ("kube-apiserver", "", False),
        ("etcd", "3.6.1", True),
        ("etcd", "3.5.9", False),
        ("kwok", "0.7.0", False),
        ("kwok", "0.9.0", True),
    ],
)
def test_which_binaries_fit(binary: str, version: str, fitting: bool) -> None:
    assert build.fits(binary, version) is fitting


def test_binaries_that_are_there_are_used(place: Place, tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    for name, answer in (("etcd", "etcd Version: 3.6.8"), ("kube-apiserver", "Kubernetes v1.35.1")):
        (assets / name).write_text(f"#!/bin/sh\necho '{answer}'\n")
        (assets / name).chmod(0o755)
    found = build.locate({**place.environ, "KUBEBUILDER_ASSETS": str(assets)})
    assert found == {"etcd": assets / "etcd"}


def test_the_packages_are_the_tool_lines_of_go_mod() -> None:
    text = (SCRIPT.parent / "go.mod").read_text()
    tools = text.split("tool (", 1)[1].split(")", 1)[0].split()
    assert sorted(tools) == sorted(build.PACKAGES.values())


def test_it_needs_no_package_but_the_standard_library() -> None:
    answer = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, "--list"], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert len(answer.stdout.splitlines()) == len(build.PACKAGES)
