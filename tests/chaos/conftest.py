"""A provisioned local platform that is killed, and the commands a user would type to bring it back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud.processes import marked
from tests.localcloud.conftest import Control

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv/bin/python"
#: Seconds after which a run is taken for stuck, and for which its cloud is away.
LONGEST, SILENCE = 600, 60


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=20, help="how many random kills are tried")
    parser.addoption("--faulty", type=int, default=0, help="how many random kills are tried while calls meet faults")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out a file of which no kill was asked for."""
    asked = {"test_kill.py": "--seeds", "test_faults.py": "--faulty"}.get(collection_path.name)
    return True if asked and not config.getoption(asked) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--seeds")))
    if "faulty" in metafunc.fixturenames:
        metafunc.parametrize("faulty", range(metafunc.config.getoption("--faulty")))


def playbook_command(playbook: str, *arguments: str) -> list[str]:
    """What a user types to run a playbook of the environment local."""
    program = str(PYTHON.parent / "ansible-playbook")
    return [program, "-i", "inventories/local/hosts.yml", f"playbooks/{playbook}.yml", *arguments]


class Platform:
    """The local platform of one folder, used as a user would: by its command lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.evidence = folder / "evidence"
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))},
            "LOCALCLOUD_STATE": str(self.state),
            # Pods are played: what is tested is that runs converge.
            "LOCALCLOUD_CONTAINER_NODES": "off",
            "PLATFORM_EVIDENCE_DIR": str(self.evidence),
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
        }

    def cloud(self, *arguments: str) -> str:
        """Output of a local cloud command; a failure is an error that carries it."""
        done = subprocess.run(
            [PYTHON, "-m", "localcloud", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, f"localcloud {' '.join(arguments)}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.cloud("status", "--json")))

    def start(self, playbook: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a playbook in a process group of its own, so that a kill takes its workers along."""
        log = (self.folder / "killed.log").open("wb")
        command = playbook_command(playbook, *arguments)
        return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)

    def play(self, playbook: str, *arguments: str) -> str:
        """Run a playbook to its end; a failure is an error that carries the end of its output."""
        command = playbook_command(playbook, *arguments)
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, f"{playbook}: {done.stdout[-6000:]}\n{done.stderr[-2000:]}"
        return done.stdout

    def kill_cloud(self) -> None:
        """kill -9 of the daemon, as its state file names it; what runs behind it is left to the next `up`."""
        os.kill(self.state_file()["pid"], signal.SIGKILL)

    def state_file(self) -> dict[str, Any]:
        """What the running local cloud tells of itself."""
        return dict(json.loads((self.state / "state.json").read_text()))

    @property
    def control(self) -> Control:
        """Calls of the local cloud's control paths."""
        return Control(self.state_file()["endpoint"])

    def client(self, service: str, region: str = "") -> Any:
        """A boto3 client of the local cloud, with its root key."""
        found = self.state_file()
        return boto3.session.Session().client(
            service,
            region_name=region or found["region"],
            endpoint_url=found["endpoint"],
            aws_access_key_id=found["access_key_id"],
            aws_secret_access_key=found["secret_access_key"],
        )

    def evidence_of(self, name: str) -> dict[str, Any]:
        return dict(json.loads((self.evidence / f"{name}.json").read_text()))


def end_without_cloud(platform: Platform, run: subprocess.Popen[bytes]) -> None:
    """Wait for a run whose cloud was killed.

    It ends by itself, with whatever verdict; one that waits for something slow is patient, and meets a cloud again.
    """
    try:
        run.wait(timeout=SILENCE)
    except subprocess.TimeoutExpired:
        platform.cloud("up")
        run.wait(timeout=LONGEST)


def kill_run(run: subprocess.Popen[bytes]) -> None:
    """kill -9 of the whole process group, at once; it may have ended before its moment came."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.wait(timeout=30)


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """An empty local cloud, removed at the end; afterwards no process of it may be left."""
    folder = Path(tempfile.mkdtemp(prefix="creator-chaos-", dir="/var/tmp"))
    folder.chmod(0o755)
    found = Platform(folder)
    found.cloud("up")
    try:
        yield found
    finally:
        found.cloud("reset")
        shutil.rmtree(folder, ignore_errors=True)
    assert not marked(found.state), "processes of the local cloud were left behind"
