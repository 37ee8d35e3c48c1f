"""Run `ansible-test sanity` and `units` on a staged copy of the collection, on every ansible-core this machine can carry.

The copy lies outside the repository: ansible-test lists files with git, sees only links inside the checkout, finds no
target and passes (ansible-core 2.19 and 2.21, tried). ansible-core 2.19 runs on the project's own interpreter; 2.21 needs
Python 3.12 and is used where one is found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "ansible-test"
STAGED = [
    "galaxy.yml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "changelogs",
    "meta",
    "plugins",
    "roles",
    "playbooks",
    "tests/unit/plugins",
    "tests/unit/requirements.txt",
    "tests/sanity",
]
DEPENDENCIES = ["amazon/aws", "community/aws", "kubernetes/core"]
# ansible-test fetches get-pip from the project's own site; this stand-in uses the pip that Python carries, so that a
# package index is all a machine must reach. ansible-test itself names the path and says that a manual copy is fine.
GET_PIP = """import os, subprocess, sys
env = {k: v for k, v in os.environ.items() if k != "GET_PIP"}
packages = [a for a in sys.argv[1:] if not a.startswith("-")]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], env=env, stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], env=env)
"""


def stage(folder: Path) -> Path:
    """Copy what belongs to the collection, uncommitted work included; return the collection's root in the copy."""
    target = folder / "ansible_collections" / "creator" / "platform"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *STAGED, ":!playbooks/group_vars"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if not source.exists():  # deleted in the work tree, not yet in the index
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target / name, follow_symlinks=False)
    installed = Path(sysconfig.get_path("purelib")) / "ansible_collections"
    for dependency in DEPENDENCIES:  # the import test and the units need them beside ours
        link = folder / "ansible_collections" / dependency
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(installed / dependency)
    return target


def run(name: str, command: list[str], cwd: Path, env: dict[str, str]) -> bool:
    """Run one command; print its output only when it fails. Return whether it passed."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    # "All targets skipped" is how ansible-test says that it tested nothing, with exit code 0.
    passed = done.returncode == 0 and "All targets skipped" not in done.stdout
    print(f"{'ok     ' if passed else 'FAILED '} {name} ({time.monotonic() - began:.0f} s)", flush=True)
    if not passed:
        print(done.stdout)
    return passed


def newest_python() -> Path | None:
    """The interpreter for ansible-core 2.21, or None where no Python 3.12 or later is found."""
    found = subprocess.run([str(ROOT / "scripts/find_python.sh"), "3.12"], capture_output=True, text=True, check=False)
    return Path(found.stdout.strip()) if found.returncode == 0 else None


def environment(python: Path, bin_folder: Path) -> dict[str, str]:
    """A private home (another copy of the collection in ~/.ansible would shadow this one) with the stand-in in place."""
    home = CACHE / "home"
    pip_cache = home / ".ansible" / "test" / "cache"
    pip_cache.mkdir(parents=True, exist_ok=True)
    for version in ("24_2", "25_0", "25_1", "25_2", "25_3", "26_0", "26_1"):
        (pip_cache / f"get_pip_{version}.py").write_text(GET_PIP)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "PIP_CACHE"))}
    pip_config = Path.home() / ".config" / "pip" / "pip.conf"
    if "PIP_CONFIG_FILE" not in kept and pip_config.exists():
        kept["PIP_CONFIG_FILE"] = str(pip_config)
    (home / ".config" / "pip").mkdir(parents=True, exist_ok=True)
    if pip_config.exists():
        shutil.copy2(pip_config, home / ".config" / "pip" / "pip.conf")
    # Real interpreter folders first: a version manager's shim of an inactive version makes ansible-test exit 127.
    kept["PATH"] = os.pathsep.join([str(bin_folder), str(python.parent), kept["PATH"]])
    return {**kept, "HOME": str(home)}


def core221(python: Path) -> Path:
    """The bin folder of a virtual environment with ansible-core 2.21, made when its lock file is newer."""
    folder = ROOT / ".venv221"
    stamp = folder / ".ready"
    lock = ROOT / "requirements" / "core221.txt"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run([str(ROOT / "scripts/venv.sh"), str(python), str(folder), str(lock), str(stamp)], check=True)
    return folder / "bin"


def check(label: str, python: Path, bin_folder: Path, collection: Path, *skipped: str) -> list[bool]:
    """Sanity, but for the `skipped` tests, and unit tests of the staged collection on one ansible-core."""
    env = environment(python, bin_folder)
    version = subprocess.run(
        [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    program, options = str(bin_folder / "ansible-test"), ["--venv", "--color", "no", "--python", version]
    named = f"on {label}, Python {version}"
    left_out = [f"--skip-test={name}" for name in skipped]
    return [
        run(f"sanity {named}", [program, "sanity", *options, *left_out], collection, env),
        run(f"units {named}", [program, "units", *options, "--num-workers", "2"], collection, env),
    ]


def main() -> int:
    """Return 0 when every run passed."""
    with tempfile.TemporaryDirectory(prefix="creator-platform-stage-") as folder:
        collection = stage(Path(folder))
        newest = newest_python()
        # pylint takes longest and looks at the same sources with each ansible-core: once, and with the newer rules, is enough.
        skipped = () if newest is None else ("pylint",)
        python = Path(sys.base_prefix) / "bin" / "python3"
        results = check("ansible-core 2.19", python, ROOT / ".venv" / "bin", collection, *skipped)
        if newest is None:
            print("note    ansible-core 2.21 was not tried: it needs Python 3.12 or later and none was found")
        else:
            results += check("ansible-core 2.21", newest, core221(newest), collection)
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
