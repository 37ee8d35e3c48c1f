"""Route 53 that answers: a name server on loopback for the hosted zones, and health checks that ask what is there.

It runs while there is a hosted zone, on a port that stays. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/
"""

from __future__ import annotations

import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from moto.cloudfront.models import cloudfront_backends

from localcloud.cloud import Cloud
from localcloud.name_server import checks, zones
from localcloud.name_server.server import NameServer
from localcloud.places import StateFile, atomic
from localcloud.services import elbv2_traffic, route53_health, route53_lookup

log = logging.getLogger("localcloud.name_server")
#: Seconds between looks at which checks are due, and the least between two checks of one endpoint.
LOOK, LEAST_INTERVAL = 0.25, 0.5
_AT_ONCE = 4


def install_name_server(cloud: Cloud) -> None:
    """Have the zones answered for. Called by route53."""
    plane = NameServerPlane(cloud)
    cloud.name_server_status = plane.status


def world() -> zones.World:
    """What answers depend on, as things are now."""
    places = {balancer.dns_name.lower() for balancer in elbv2_traffic.balancers()} | {
        distribution.domain_name.lower()
        for partitions in cloudfront_backends.values()
        for backend in list(dict.values(partitions))
        for distribution in list(backend.distributions.values())
    }
    return zones.World(route53_health.record_healthy, places.__contains__, StateFile.region, random.random)


class NameServerPlane:
    """Starts the name server when there is a zone, and looks after health checks."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._port_file = cloud.state / "name-server-port"
        self._server: NameServer | None = None
        self.reason: str | None = None
        self._lock = threading.Lock()
        self._wake, self._ending = threading.Event(), threading.Event()
        self._due: dict[str, float] = {}
        cloud.on_saved.append(lambda service: self._wake.set() if service == "route53" else None)
        cloud.on_restored.append(self._wake.set)
        cloud.on_stopping.append(self._stop)
        threading.Thread(target=self._run, name="name server start", daemon=True).start()

    def status(self) -> dict[str, Any]:
        """{"port": where it listens on loopback (UDP and TCP) or None, "reason": why it does not although there are zones}."""
        return {"port": self._server.port if self._server is not None else None, "reason": self.reason}

    def _resolve(self, name: str, kind: str) -> zones.Reply:
        with self._cloud.lock:
            return zones.resolve(route53_lookup.zones(), name, kind, world())

    def _run(self) -> None:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="health check") as pool:
            while not self._ending.is_set():
                self._wake.wait(LOOK if self._due else None)
                self._wake.clear()
                if self._ending.is_set():
                    return
                try:
                    self._start()
                    self._check(pool)
                except Exception:  # the thread has no caller: the log is where its failure is seen, and it goes on
                    log.exception("zones and health checks could not be looked after")

    def _start(self) -> None:
        with self._lock:
            if self._server is not None or self._ending.is_set() or not route53_lookup.zones():
                return
            known = int(self._port_file.read_text()) if self._port_file.exists() else 0
            try:
                self._server = NameServer(self._resolve, known)
            except OSError as error:
                self.reason = f"the name server finds no port: {error}"
                log.error("%s", self.reason)
                return
            self.reason = None
            atomic(self._port_file, str(self._server.port).encode())
        log.info("name server: 127.0.0.1:%d", self._server.port)

    def _check(self, pool: ThreadPoolExecutor) -> None:
        now = time.monotonic()
        with self._cloud.lock:
            known = route53_health.all_checks()
            self._due = {identifier: self._due.get(identifier, 0.0) for identifier in known}
            for identifier in set(route53_health.standings) - set(known):
                del route53_health.standings[identifier]
            asked = []
            for identifier, check in known.items():
                if self._due[identifier] > now:
                    continue
                interval = self._cloud.seconds(float(check.request_interval))
                self._due[identifier] = now + max(LEAST_INTERVAL, interval)
                endpoint = self._endpoint(check)
                if endpoint is None:
                    route53_health.standings.pop(identifier, None)
                else:
                    asked.append((identifier, int(check.failure_threshold), endpoint))
        for (identifier, threshold, _), finding in zip(
            asked, pool.map(checks.ask, [endpoint for _, _, endpoint in asked]), strict=True
        ):
            route53_health.standings.setdefault(identifier, checks.Standing()).note(finding, threshold)

    def _endpoint(self, check: Any) -> checks.Endpoint | None:
        plane = elbv2_traffic.plane()
        if plane is None:
            return None
        return route53_health.endpoint(check, plane.addresses, plane.status()["listeners"])

    def _stop(self) -> None:
        self._ending.set()
        self._wake.set()
        with self._lock:
            if self._server is not None:
                self._server.end()
