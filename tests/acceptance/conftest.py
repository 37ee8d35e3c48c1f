"""An environment as its operators use it: by the playbooks, on a local cloud that all environments of a session share."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.conftest import RunningCloud, end_cloud, start_cloud
from tests.localcloud.drift import World, variables_of

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ("local", "dev", "staging", "prod")
#: Seconds after which a playbook is taken for stuck, on two cores that others use too.
LONGEST = 2400


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--environments", default="local", help="which environments are tried, parted by spaces or commas")
    parser.addoption("--components", default="", help="a pattern as for --limit; all components without it")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "environment" in metafunc.fixturenames:
        names = metafunc.config.getoption("--environments").replace(",", " ").split()
        unknown = set(names) - set(ENVIRONMENTS)
        assert not unknown, f"no such environment: {unknown}"
        metafunc.parametrize("environment", names, scope="module", indirect=True)


@dataclass
class Environment:
    """One environment on the local cloud, driven by its playbooks. seconds: how long each run took.

    name: of its inventory. sandbox: whose copy of it this is.
    """

    name: str
    cloud: RunningCloud
    folder: Path
    limit: str
    sandbox: str = ""
    seconds: list[tuple[str, float]] = field(default_factory=list)

    @property
    def called(self) -> str:
        """What it is called itself."""
        return f"{self.name}-{self.sandbox}" if self.sandbox else self.name

    @property
    def evidence(self) -> Path:
        """Folder of its evidence."""
        return self.folder / "evidence"

    def play(self, verb: str, *arguments: str, code: int = 0, **environ: str) -> str:
        """Output of a playbook; AssertionError with the end of it when it ends with another code."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "ANSIBLE_", "LOCALCLOUD_", "PLATFORM_"))
        }
        own = {
            "LOCALCLOUD_STATE": str(self.cloud.state),
            "PLATFORM_EVIDENCE_DIR": str(self.evidence),
            "PLATFORM_SANDBOX": self.sandbox,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
        }
        command = [
            str(Path(sys.executable).parent / "ansible-playbook"),
            *("-i", f"inventories/{self.name}/hosts.yml", f"playbooks/{verb}.yml"),
            *("-e", "@tests/acceptance/overlay.yml", *arguments),
            *(["--limit", self.limit] if self.limit else []),
        ]
        began = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**kept, **own, **environ},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        self.seconds.append((f"{verb} {' '.join(arguments)[:40]}".strip(), round(time.monotonic() - began, 1)))
        log = self.folder / f"{len(self.seconds):02}-{verb}.log"
        log.write_text(done.stdout + done.stderr)
        assert done.returncode == code, (
            f"{verb} of {self.called} ended with {done.returncode}, not {code}: …{errors(done.stdout + done.stderr)}"
        )
        return done.stdout

    def document(self, name: str) -> dict[str, Any]:
        """A document of the evidence."""
        return dict(json.loads((self.evidence / f"{name}.json").read_text()))

    def plan(self) -> dict[str, Any]:
        """plan.json of a new plan."""
        self.play("plan")
        return self.document("plan")

    def world(self) -> World:
        """The environment for changes behind its back."""
        regions = ("eu-west-1", "eu-central-1")

        @functools.cache  # a boto3 session for each of a hundred changes takes minutes
        def make(service: str, region: str) -> Any:
            return self.cloud.client(service, region, attempts=5)

        return World(self.name, "123456789012", *regions, make, variables_of(self.name))


def errors(output: str) -> str:
    """What a failed run said last."""
    told = [part[:1500] for part in output.split("[ERROR]: ")[1:]]
    return "\n".join(told)[-6000:] or output[-3000:]


@pytest.fixture(scope="session")
def cloud() -> Iterator[RunningCloud]:
    """One local cloud for all environments: what one leaves behind, the next would find."""
    running = start_cloud()
    try:
        yield running
    finally:
        end_cloud(running)


@pytest.fixture(scope="module")
def environment(request: pytest.FixtureRequest, cloud: RunningCloud) -> Iterator[Environment]:
    """An environment of which nothing exists yet."""
    folder = Path(tempfile.mkdtemp(prefix=f"acceptance-{request.param}-", dir="/var/tmp"))
    found = Environment(request.param, cloud, folder, request.config.getoption("--components"))
    yield found
    print(f"\n{found.name}: " + "; ".join(f"{name} {seconds} s" for name, seconds in found.seconds))
    if not request.session.testsfailed:
        shutil.rmtree(folder)
    else:
        print(f"logs and evidence of {found.name} are in {folder}")
