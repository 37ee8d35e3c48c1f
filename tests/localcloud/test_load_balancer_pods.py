"""Targets that are pods: the proxy reaches into the network namespace of the container nodes, also into one made anew."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud.container_nodes.addressing import namespace_name
from localcloud.container_nodes.namespace import HOLDER
from localcloud.load_balancer import proxy
from localcloud.load_balancer.addresses import NAMESPACES
from localcloud.processes import Processes
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_net, wait_until
from tests.localcloud.traffic_support import Traffic, forward, get

LACKING = proxy.obstacle() or next(
    (f"{name} is not installed" for name in ("ip", "unshare", "nsenter", "umount") if shutil.which(name) is None),
    None if os.geteuid() == 0 else "only root may make network namespaces",
)
pytestmark = pytest.mark.skipif(LACKING is not None, reason=LACKING or "")
POD = "198.18.1.5"
SERVER = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "3"); self.end_headers(); self.wfile.write(b"pod")
http.server.HTTPServer((sys.argv[1], 8080), Answer).serve_forever()
"""


@contextmanager
def pod(state: Path) -> Iterator[None]:
    """The namespace of a state folder's container nodes, held as they hold it, in which an address of a pod answers."""
    name = namespace_name(str(state))
    NAMESPACES.mkdir(exist_ok=True)
    pinned = NAMESPACES / name
    pinned.touch(0o444)
    try:
        subprocess.run(["unshare", f"--net={pinned}", "true"], check=True, timeout=20)
        for command in (["link", "set", "lo", "up"], ["address", "add", f"{POD}/32", "dev", "lo"]):
            subprocess.run(["ip", "-n", name, *command], check=True, timeout=20)
        argv = ["nsenter", f"--net={pinned}", sys.executable, "-c", SERVER, POD]
        Processes(state).spawn(HOLDER, argv, stop_signal=signal.SIGKILL)
        yield
    finally:
        Processes(state).stop(HOLDER)
        # As the container nodes do it: nobody may hold it.
        subprocess.run(["umount", str(pinned)], check=True, timeout=20)
        pinned.unlink()


def test_pods_are_reached_in_their_namespace(cloud: RunningCloud) -> None:
    traffic = Traffic(cloud, make_net(cloud), cloud.client("elbv2"))
    group = traffic.group("pods")
    port = traffic.port(traffic.listen(traffic.balancer("pods"), forward(group)))
    for _ in range(2):
        with pod(cloud.state):
            traffic.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": POD, "Port": 8080}])
            wait_until(lambda: traffic.health(group)[POD][0] == "healthy")
            wait_until(lambda: get(port).body == b"pod")
        wait_until(lambda: get(port).status == 504)  # no namespace: it leads nowhere


def test_new_configurations_lose_no_request(cloud: RunningCloud) -> None:
    """Each change of the group is another configuration, and the requests of that moment go through the one before."""
    traffic = Traffic(cloud, make_net(cloud), cloud.client("elbv2"))
    group = traffic.group("changing")
    port = traffic.port(traffic.listen(traffic.balancer("changing"), forward(group)))
    with pod(cloud.state), ThreadPoolExecutor(4) as pool:
        traffic.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": POD, "Port": 8080}])
        wait_until(lambda: traffic.health(group)[POD][0] == "healthy")
        ended = threading.Event()

        def ask() -> list[int]:
            answers = []
            while not ended.is_set():
                answers.append(get(port).status)
            return answers

        asking = [pool.submit(ask) for _ in range(4)]
        for number in range(8):
            traffic.elb.modify_target_group(TargetGroupArn=group, UnhealthyThresholdCount=2 + number % 2)
            time.sleep(0.4)
        ended.set()
        answers = [status for each in asking for status in each.result()]
    assert len(answers) > 50
    assert set(answers) == {200}
