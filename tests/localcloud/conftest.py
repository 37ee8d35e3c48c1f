"""The fixture `cloud`: a local cloud of its own for each test module, stopped and looked over at its end."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import pytest

from localcloud import lifecycle, places
from localcloud.cloud import DEFAULT_FACTOR
from localcloud.processes import Processes, marked


class Control:
    """Calls of the control paths: `control("PUT", "faults", {...})` answers the parsed JSON."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to `method` on `/_localcloud/<path>`; AssertionError with the server's text on an error status."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._endpoint}/_localcloud/{path}", data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def get(self, path: str) -> Any:
        """GET."""
        return self("GET", path)

    def put(self, path: str, body: Any) -> Any:
        """PUT."""
        return self("PUT", path, body)

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self("DELETE", path)


@dataclass
class RunningCloud:
    """A cloud that runs for the tests. `state` is its folder, `content` what its state.json holds."""

    state: Path
    content: places.StateFile
    factor: float = DEFAULT_FACTOR
    said: list[str] = field(default_factory=list)
    container_nodes: bool = True

    @property
    def endpoint(self) -> str:
        """URL of the AWS API."""
        return self.content.endpoint

    @property
    def control(self) -> Control:
        """Calls of the control paths."""
        return Control(self.endpoint)

    @property
    def pid(self) -> int:
        """Process id of the daemon."""
        return self.content.pid

    def client(
        self,
        service: str,
        region: str | None = None,
        *,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        session_token: str | None = None,
        attempts: int = 1,
        read_timeout: float = 60,
        signature_version: str | None = None,
    ) -> Any:
        """A boto3 client of this cloud with the root key, or the one given. attempts: 1 means that nothing is tried again."""
        return boto3.session.Session().client(
            service,
            region_name=region or self.content.region,
            endpoint_url=self.endpoint,
            aws_access_key_id=access_key_id or self.content.access_key_id,
            aws_secret_access_key=secret_access_key or self.content.secret_access_key,
            aws_session_token=session_token,
            config=botocore.config.Config(
                retries={"total_max_attempts": attempts, "mode": "standard"},
                connect_timeout=5,
                read_timeout=read_timeout,
                signature_version=signature_version,
            ),
        )

    def up(self) -> None:
        """Start it, again if need be; endpoint and pid are the new ones afterwards."""
        self.content = lifecycle.up(
            self.state,
            port=None,
            factor=self.factor,
            environ=os.environ,
            say=self.said.append,
            container_nodes=self.container_nodes,
        )

    def kill(self) -> None:
        """SIGKILL for the daemon only, as when the machine's memory runs out."""
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)

    def down(self) -> None:
        """Stop it."""
        lifecycle.down(self.state, self.said.append)


def start_cloud(factor: float = DEFAULT_FACTOR, root_key: str | None = None) -> RunningCloud:
    """A new cloud in a folder of its own: a short path (sockets), open to other users (PostgreSQL runs as one).

    Pods are played, whatever node groups ask for: tests of container nodes start theirs themselves.
    """
    state = Path(tempfile.mkdtemp(prefix="lc-", dir="/tmp"))
    state.chmod(0o755)
    content = lifecycle.up(
        state,
        port=None,
        factor=factor,
        environ=os.environ,
        say=lambda text: None,
        root_key=root_key,
        container_nodes=False,
    )
    return RunningCloud(state, content, factor, container_nodes=False)


def end_cloud(cloud: RunningCloud) -> None:
    """Stop it and remove its folder; AssertionError when a process is left."""
    try:
        cloud.down()
        living = [name for name in Processes(cloud.state).names() if Processes(cloud.state).alive(name)]
        assert not living
        assert not marked(cloud.state)
    finally:
        shutil.rmtree(cloud.state)


@pytest.fixture(scope="module")
def cloud() -> Iterator[RunningCloud]:
    """A running local cloud, one per test module."""
    running = start_cloud()
    try:
        yield running
    finally:
        end_cloud(running)
