"""The one object that every part of the local cloud is handed: where state lives, how fast time runs, who to tell."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.processes import Processes

ACCOUNT_ID = "123456789012"
DEFAULT_FACTOR = 0.005  # ten AWS minutes pass in three seconds


@dataclass
class Cloud:
    """What `install(cloud)` of each file under `localcloud/services/` receives.

    state: absolute path of the state folder. factor: local seconds per AWS second.
    endpoint: URL of the AWS API of this process.
    """

    state: Path
    endpoint: str
    processes: Processes
    factor: float = DEFAULT_FACTOR
    account_id: str = ACCOUNT_ID
    #: Whether node groups that ask for it get nodes with real containers, where these can be: see container_nodes.
    container_nodes: bool = False
    #: URL of the AWS API for pods on these nodes: on loopback as well, and without the control paths. "" where there are none.
    pods_endpoint: str = ""
    #: Held by whoever changes emulated state, in a request or behind it. Never held while a real process starts.
    lock: threading.RLock = field(default_factory=threading.RLock)
    #: Services whose state a background job changed, so that it is written to disk: see persistence.
    on_touched: Callable[[str], None] = lambda service: None
    #: Called after the state of a service (boto3 name) was written to disk, with the lock held: it has changed.
    on_saved: list[Callable[[str], None]] = field(default_factory=list)
    #: Writes the state of a service to disk before it returns: for what is acknowledged elsewhere than over the AWS API.
    on_keep: Callable[[str], None] = lambda service: None
    #: Keeps a record of what was asked elsewhere than over the AWS API: see requests_log.
    on_requested: Callable[[dict[str, Any]], None] = lambda record: None
    #: (boto3 service, action) -> called before the lock is taken for such a request: starts the real process that it needs.
    prepare: dict[tuple[str, str], Callable[[], None]] = field(default_factory=dict)
    #: URL that image clients on this machine speak to, None where the emulated ECR has no registry behind it.
    registry_endpoint: Callable[[], str | None] = lambda: None
    #: What `localcloud status` says of them. wanted: whether they were asked for; cluster: whose they are, None for nobody's yet;
    #: nodes: how many; reason: why there are none although wanted, or None; short: what the machine has less than they should.
    container_nodes_status: Callable[[], dict[str, Any]] = lambda: {
        "wanted": False, "cluster": None, "nodes": 0, "reason": None, "short": [],
    }  # fmt: skip
    #: What `localcloud status` says of the load balancers' data plane: {"reason": why there is none, "listeners": [...]}.
    load_balancers_status: Callable[[], dict[str, Any]] = lambda: {"reason": None, "listeners": []}
    #: The same of the name server: {"port": on loopback, or None while there is no zone, "reason": why it does not run}.
    name_server_status: Callable[[], dict[str, Any]] = lambda: {"port": None, "reason": None}
    #: Each returns rows of `localcloud status`: {"kind": str, "name": str, "region": str, "state": str}.
    resource_listers: list[Callable[[], list[dict[str, Any]]]] = field(default_factory=list)
    #: Called once after persisted state was loaded: restart the real processes that belong to it, remove what does not.
    on_restored: list[Callable[[], None]] = field(default_factory=list)
    #: Called once when the cloud is asked to stop, before its real processes are: finish or give up what runs.
    on_stopping: list[Callable[[], None]] = field(default_factory=list)

    def seconds(self, aws_seconds: float) -> float:
        """Local seconds that stand for `aws_seconds` of real AWS time."""
        return aws_seconds * self.factor

    def touched(self, service: str) -> None:
        """Say that emulated state of `service` (boto3 name) changed outside a request."""
        self.on_touched(service)

    def later(self, aws_seconds: float, job: Callable[[], None], name: str) -> threading.Thread:
        """Run `job` in a thread of its own after the scaled delay; an exception is logged, never lost."""

        def run() -> None:
            time.sleep(self.seconds(aws_seconds))
            self._guard(job, name)

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread

    @staticmethod
    def _guard(job: Callable[[], None], name: str) -> None:
        try:
            job()
        except Exception:  # a background job has no caller: the log is where its failure is seen
            logging.getLogger("localcloud").exception("background job %s failed", name)
