"""Joins the emulated ELBv2 and the proxy: what the API's state says is forwarded, and what the proxy sees the API tells.

The proxy runs while a load balancer has a listener. A thread looks at the state shortly after it changed, and twice a second
while there is one: load balancers become active, certificates are issued and targets have drained by time alone.
"""

from __future__ import annotations

import datetime
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localcloud.cloud import Cloud
from localcloud.container_nodes.namespace import HOLDER
from localcloud.load_balancer import LoadBalancerError, health, projection
from localcloud.load_balancer.addresses import Addresses, Ports
from localcloud.load_balancer.health import Health
from localcloud.load_balancer.model import Certificate, Description, group_name
from localcloud.load_balancer.proxy import Proxy
from localcloud.load_balancer.records import Names
from localcloud.load_balancer.relay import Relay
from localcloud.load_balancer.reports import Reports

log = logging.getLogger("localcloud.load_balancer")
#: Seconds that changes are gathered for, and between looks while there is something to forward.
GATHER, LOOK = 0.05, 0.5
#: AWS seconds between objects of access logs, and the least in local ones; local seconds between metrics.
LOG_SECONDS, LEAST_LOG_SECONDS, METRIC_SECONDS = 300, 1.0, 60.0
#: Local seconds that a target has at least to answer what is open when it was deregistered: requests live in real time.
LEAST_DELAY = 2.0
#: Seconds until a start that failed is tried again.
RETRY = 5.0


@dataclass(frozen=True)
class Sources:
    """Where the state is: moto's load balancers and target groups, what a certificate (ARN) is, protocols of an SSL policy."""

    balancers: Callable[[], list[Any]]
    groups: Callable[[], list[Any]]
    certificate: Callable[[str], Certificate | None]
    protocols: Callable[[str], list[str]]


class Plane:
    """The data plane of one local cloud. reason: why nothing is forwarded, None where there is no such reason."""

    def __init__(self, cloud: Cloud, program: str, sources: Sources) -> None:
        self._cloud, self._sources = cloud, sources
        self.addresses = Addresses(cloud.state, self._holder)
        self._ports = Ports(cloud.state)
        self._proxy = Proxy(cloud.state, cloud.processes, program)
        self._relay = Relay(cloud.processes)
        #: Namespaces of pods, and the way there.
        self._inside: tuple[tuple[tuple[str, int], ...], str | None] = ((), None)
        self._reports = Reports(cloud, self._proxy.log)
        self.reason: str | None = None
        self._description = Description()
        self._lock = threading.Lock()
        #: Whether the proxy is being given a configuration.
        self._applying = False
        #: Whether there is a load balancer, which may become active.
        self._watched = False
        self._wake, self._ending = threading.Event(), threading.Event()
        #: (name of the group, server) that gets no new requests -> when what is open to it ends.
        self._draining: dict[tuple[str, str], float] = {}
        self._told: dict[tuple[str, str], Health] = {}
        self._statistics: tuple[float, dict[tuple[str, str], Any]] = (0.0, {})
        self._due_logs = self._due_metrics = self._retry = 0.0
        cloud.on_saved.append(lambda service: self._wake.set() if service in {"elbv2", "acm"} else None)
        cloud.on_restored.append(self._wake.set)
        cloud.on_stopping.append(self._stop)
        threading.Thread(target=self._run, name="load balancers", daemon=True).start()

    def _holder(self) -> int | None:
        record = self._cloud.processes.record(HOLDER)
        return record.pid if record is not None and self._cloud.processes.alive(HOLDER) else None

    # -- what the API asks, with the cloud's lock held

    def leads_to(self, group: Any) -> bool:
        """Whether one of a target group's targets can be reached: then the proxy says what their health is."""
        targets = [*group.targets.values(), *(group.deregistered_targets[each] for each in self.draining(group))]
        return group.target_type == "ip" and any(map(self._reach, targets))

    def draining(self, group: Any) -> list[str]:
        """Ids of targets that were deregistered, and still answer what is open."""
        now, delay = time.time(), self._delay(group)
        since: dict[str, float] = getattr(group, "deregistered_at", {})
        return [each for each, at in since.items() if each in group.deregistered_targets and now < at + delay]

    def health(self, group: Any, identifier: str) -> Health:
        """The health of a target that is registered, or drains."""
        target = group.targets.get(identifier)
        if target is None:
            return health.DRAINING
        if self._reach(target) is None:
            return health.UNREACHABLE
        if self.reason is not None:
            return health.NOT_KNOWN
        served = next((each for each in self._description.groups if each.arn == group.arn), None)
        server = next((each for each in served.targets if each.identifier == identifier), None) if served else None
        if server is None:
            return health.REGISTERING
        key = (group_name(group.arn), server.server)
        try:
            row = self._read_statistics().get(key)
        except LoadBalancerError:  # for a moment while it takes a new configuration
            return self._told.get(key, health.REGISTERING) if self._applying else health.NOT_KNOWN
        self._told[key] = health.of_server(row, self._told.get(key))
        return self._told[key]

    def _reach(self, target: Any) -> tuple[str, str | None] | None:
        return self.addresses.reach(str(target["Id"]), int(target["Port"]))

    def _delay(self, group: Any) -> float:
        delay = float(group.attributes.get("deregistration_delay.timeout_seconds") or 0)
        return max(LEAST_DELAY, self._cloud.seconds(delay)) if delay else 0.0

    def _read_statistics(self) -> dict[tuple[str, str], Any]:
        """Not older than a moment: a description of many targets asks once."""
        at, found = self._statistics
        if time.monotonic() > at + 0.05:
            found = self._proxy.statistics()
            self._statistics = (time.monotonic(), found)
        return found

    # -- what is told

    def status(self) -> dict[str, Any]:
        """{"reason", "listeners", "left_out", "addresses"}.

        listeners: of each its load_balancer (name) and arn, region, listener (ARN), protocol, port, local_port and url.
        left_out: ARN of a listener that is not served -> why. addresses: `address:port` -> port on loopback.
        """
        rows = [
            {
                "load_balancer": balancer.arn.split("/")[2],
                "arn": balancer.arn,
                "region": balancer.arn.split(":")[3],
                "listener": listener.arn,
                "protocol": "HTTPS" if listener.secure else "HTTP",
                "port": listener.port,
                "local_port": listener.local_port,
                "url": f"{'https' if listener.secure else 'http'}://127.0.0.1:{listener.local_port}",
            }
            for balancer in self._description.balancers
            for listener in balancer.listeners
        ]
        return {
            "reason": self.reason,
            "listeners": rows,
            "left_out": dict(self._description.left_out),
            "addresses": dict(self.addresses.mapped),
        }

    def report(self) -> dict[str, int]:
        """Bring what was not told yet to S3 and CloudWatch: {"logs": objects, "metrics": data, "lost": requests never told}."""
        now = datetime.datetime.now(datetime.UTC)
        self._due_logs = time.monotonic() + max(LEAST_LOG_SECONDS, self._cloud.seconds(LOG_SECONDS))
        self._due_metrics = time.monotonic() + METRIC_SECONDS
        with self._cloud.lock:
            balancers, states = self._sources.balancers(), self._states()
        put = self._reports.put_logs(balancers, now)
        data = self._reports.put_metrics(states, now.replace(tzinfo=None))
        return {"logs": put, "metrics": data, "lost": self._reports.lost}

    def _states(self) -> dict[tuple[str, str], list[str]]:
        """(ARN of the load balancer, of the group) -> states of the group's targets. With the lock held."""
        groups = {group.arn: group for group in self._sources.groups()}
        return {
            (balancer.arn, arn): [self.health(groups[arn], each).state for each in groups[arn].targets]
            for balancer in self._description.balancers
            for listener in balancer.listeners
            for arn in projection.forwarded(listener)
            if arn in groups and self.leads_to(groups[arn])
        }

    # -- what keeps the proxy as the state says

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(LOOK if self._watched else None)
            if self._wake.is_set():
                time.sleep(GATHER)
                self._wake.clear()
                self._retry = 0.0  # what changed may be the cure
            if self._ending.is_set():
                return
            try:
                self.reconcile()
            except (
                Exception
            ) as error:  # the thread has no caller: the status is where its failure is seen, and it goes on
                if self.reason != repr(error):
                    log.exception("load balancers could not be looked after")
                self.reason = repr(error)
                continue
            try:
                self._report_when_due()
            except Exception:  # and here the log
                log.exception("access logs and metrics of load balancers could not be written")

    def reconcile(self) -> None:
        """Have the proxy do what the state says now; a failure is logged, and is the reason in the status."""
        with self._lock:
            if self._ending.is_set() or (self.reason is not None and time.monotonic() < self._retry):
                return
            namespaces = self.addresses.namespaces()
            try:
                self._inside = namespaces, self._relay.reach(namespaces)
            except (OSError, RuntimeError) as error:
                log.error("the way to pods: %s", error)
                self._inside = namespaces, None
            with self._cloud.lock:
                wanted = self._wanted()
                there = self._sources.balancers()
                known = {listener for each in there for listener in each.listeners}
                self._watched = bool(there)
                self._note_draining(wanted)
            self._applying = True
            try:
                self._apply(wanted)
            except (LoadBalancerError, OSError) as error:
                self._retry = time.monotonic() + RETRY
                if self.reason != str(error):
                    log.error("load balancers: %s", error)
                self.reason = str(error)
                return
            finally:
                self._applying = False
            if self.reason is not None:
                log.info("load balancers forward again")
            self.reason = None
            self._ports.forget_others(known)

    def _wanted(self) -> Description:
        namespaces, relay = self._inside

        def reach(address: str, port: int) -> tuple[str, str | None] | None:
            found = self.addresses.reach(address, port)
            if found is None or found[1] is None:
                return found
            return None if relay is None else (found[0], relay)

        around = projection.Surroundings(
            self._cloud.seconds, reach, self._ports.of, self._sources.certificate,
            self._sources.protocols, namespaces,
        )  # fmt: skip
        return projection.describe(self._sources.balancers(), self._sources.groups(), time.time(), around)

    def _apply(self, wanted: Description) -> None:
        if not wanted.listeners:
            self._proxy.stop()
        else:
            self._reports.names = Names.of(wanted, _fingerprints(wanted), self._reports.names)
            if self._proxy.apply(wanted):
                log.info("load balancers: %d listeners, %d groups", len(wanted.listeners), len(wanted.groups))
        self._ports.hold(listener.arn for listener in wanted.listeners)
        self._description = wanted
        self._statistics = (0.0, {})
        self._end_drained()

    def _note_draining(self, wanted: Description) -> None:
        """Servers that were there and are no longer get until the group's delay is over."""
        groups = {group.arn: group for group in self._sources.groups()}
        now = {(group.name, target.server) for group in wanted.groups for target in group.targets}
        self._draining = {key: until for key, until in self._draining.items() if key not in now}
        for before in self._description.groups:
            for target in before.targets:
                key = (before.name, target.server)
                if key in now or key in self._draining:
                    continue
                found = groups.get(before.arn)
                left = found is not None and target.identifier in found.deregistered_targets
                since = getattr(found, "deregistered_at", {}).get(target.identifier) if left else None
                self._draining[key] = (since or time.time()) + (self._delay(found) if found is not None else 0.0)
                self._told.pop(key, None)

    def _end_drained(self) -> None:
        over = [key for key, until in self._draining.items() if until <= time.time()]
        if over and self._proxy.alive:
            self._proxy.end_sessions(over)
        for key in over:
            del self._draining[key]

    def _report_when_due(self) -> None:
        now = time.monotonic()
        if self._description.listeners and (now >= self._due_logs or now >= self._due_metrics):
            if now >= self._due_metrics:
                self.report()
                return
            with self._cloud.lock:
                balancers = self._sources.balancers()
            self._reports.put_logs(balancers, datetime.datetime.now(datetime.UTC))
            self._due_logs = now + max(LEAST_LOG_SECONDS, self._cloud.seconds(LOG_SECONDS))

    def _stop(self) -> None:
        self._ending.set()
        self._wake.set()
        with self._lock:
            self._relay.stop()
            if self._description.listeners:
                time.sleep(GATHER)  # until the last requests came out of the proxy's log
                self.report()


def _fingerprints(description: Description) -> dict[str, str]:
    return {each.fingerprint: each.arn for listener in description.listeners for each in listener.certificates}
