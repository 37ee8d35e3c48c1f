"""One platform on real parts for all tests: provisioned, its images built, its first release rolled out."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kubernetes.client
import psutil
import psycopg
import psycopg.conninfo
import pytest
from ansible_collections.creator.platform.plugins.module_utils.web.entry import Answer, Entry, ask

from localcloud import real_parts
from localcloud.container_nodes import machine
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.container_support import container_cloud
from tests.localcloud.kubernetes_access import api

ROOT = Path(__file__).resolve().parents[2]
#: A revision that stays: the images are those of the last time, unless what is in them has changed.
REVISION = {"image_build_revision": "0" * 40, "image_build_epoch": 1795000000}


@dataclass
class Platform:
    """A cloud, and the folder of the last evidence."""

    cloud: RunningCloud
    evidence: Path

    def _command(self, playbook: str, extra: dict[str, Any]) -> dict[str, Any]:
        """Arguments of subprocess for a playbook."""
        environment = {
            **os.environ,
            "LOCALCLOUD_STATE": str(self.cloud.state),
            "PLATFORM_EVIDENCE_DIR": str(self.evidence),
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        }
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        command = [program, "-i", "inventories/local/hosts.yml", f"playbooks/{playbook}.yml", "-e", json.dumps(extra)]
        return {"args": command, "cwd": ROOT, "env": environment, "text": True}

    def play(self, playbook: str, **extra: Any) -> tuple[int, str]:
        """Exit code and output of a playbook."""
        done = subprocess.run(**self._command(playbook, extra), capture_output=True, timeout=1000, check=False)
        return done.returncode, done.stdout + done.stderr

    def kill(self, playbook: str, when: Callable[[], bool], **extra: Any) -> None:
        """Start a playbook, and end it, its workers and their modules by SIGKILL when it is time."""
        # A module of the warm connection is no child of the run, and would go on to its end.
        extra = {"ansible_connection": "local", **extra}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        run = subprocess.Popen(**self._command(playbook, extra), **quiet)
        try:
            for _look in range(600):
                if when():
                    return
                assert run.poll() is None, f"{playbook} ended before it was time"
                time.sleep(0.1)
            pytest.fail(f"the time to kill {playbook} never came")
        finally:
            # By ancestry: its workers have sessions of their own.
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in psutil.Process(run.pid).children(recursive=True):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
            run.kill()
            run.wait(30)

    def told(self, name: str) -> Any:
        """A document of the evidence."""
        return json.loads((self.evidence / f"{name}.json").read_text())

    @property
    def images(self) -> dict[str, str]:
        """Digests of the images that were built."""
        found: dict[str, str] = self.told("images")["services"]
        return found

    def outputs(self, component: str) -> dict[str, str]:
        """What a component publishes."""
        path = f"/creator/local/{component}"
        page = self.cloud.client("ssm").get_parameters_by_path(Path=path, Recursive=True)["Parameters"]
        return {each["Name"].rsplit("/", 1)[1]: each["Value"] for each in page}

    def ask(self, path: str) -> Answer:
        """A request through the load balancer."""
        (port,) = [
            each["local_port"]
            for each in self.cloud.control.get("load-balancers")["listeners"]
            if (each["load_balancer"], each["protocol"]) == ("creator-local", "HTTPS")
        ]
        return ask(Entry(self.outputs("edge")["url"], f"127.0.0.1:{port}", str(self.cloud.state / "ca.pem")), path)

    def pods(self, service: str) -> dict[str, Any]:
        """Pods of a service that do not end, by name."""
        (cluster,) = self.cloud.client("eks").list_clusters()["clusters"]
        found = kubernetes.client.CoreV1Api(api(self.cloud, cluster)).list_namespaced_pod(
            "creator", label_selector=f"app.kubernetes.io/name={service}"
        )
        return {pod.metadata.name: pod for pod in found.items if pod.metadata.deletion_timestamp is None}

    @functools.cached_property
    def _database(self) -> str:
        """How the platform's database is reached."""
        known = self.outputs("database")
        secret = self.cloud.client("secretsmanager").get_secret_value(SecretId=known["secret_arn"])
        login = json.loads(secret["SecretString"])
        return psycopg.conninfo.make_conninfo(
            host=known["endpoint_address"], port=int(known["endpoint_port"]), dbname=known["database_name"],
            user=login["username"], password=login["password"],
        )  # fmt: skip

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the platform's database answers."""
        with psycopg.connect(self._database) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """The platform with its first release."""
    # The second says what is not built yet, too.
    reason = real_parts.missing() or machine.obstacle(Path(tempfile.gettempdir(), "localcloud"))
    if reason:
        pytest.skip(f"the services cannot run here: {reason}")
    with container_cloud() as cloud:
        made = Platform(cloud, cloud.state / "evidence")
        for playbook, extra in (("provision", {}), ("deploy", REVISION)):
            code, said = made.play(playbook, **extra)
            assert code == 0, said[-4000:]
        yield made
