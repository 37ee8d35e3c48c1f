"""Reads the proxy's log, and brings what it tells to the emulated S3 and CloudWatch."""

from __future__ import annotations

import datetime
import logging
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.s3.models import s3_backends

from localcloud.cloud import Cloud
from localcloud.load_balancer import access_log, metrics
from localcloud.load_balancer.records import Names, Record, is_request, parse

log = logging.getLogger("localcloud.load_balancer")
#: Requests that are kept until they are told; of more, the oldest are lost, and counted.
MOST = 200_000
_PIECE, _MOST_BYTES, _GATHER = 2**18, 2**26, 0.01


class Reports:
    """Requests that were not told yet. names: set by whoever changes what is forwarded."""

    def __init__(self, cloud: Cloud, descriptor: int) -> None:
        self._cloud = cloud
        #: Held while pieces of the log are taken, and while they are read.
        self._lock, self._collecting = threading.Lock(), threading.Lock()
        self._unread: list[bytes] = []
        self._size = 0
        self._for_logs: deque[tuple[str, str]] = deque()
        self._for_metrics: deque[Record] = deque()
        self.names = Names({}, {}, {}, {})
        self.lost = 0
        threading.Thread(target=self._follow, args=(descriptor,), name="load balancer log", daemon=True).start()

    def _follow(self, descriptor: int) -> None:
        """Only takes what comes, as fast as it can: who finds no room in the pipe does not wait."""
        while content := os.read(descriptor, _PIECE):
            with self._lock:
                self._unread.append(content)
                self._size += len(content)
            if self._size > _MOST_BYTES:
                self._collect()
            if len(content) < _PIECE:
                time.sleep(_GATHER)  # many lines at once cost as much as one

    def _collect(self) -> None:
        """Read what came until now."""
        with self._collecting:
            with self._lock:
                whole, end, rest = b"".join(self._unread).rpartition(b"\n")
                self._unread, self._size = [rest], len(rest)
            for line in (whole + end).decode(errors="replace").splitlines():
                record = parse(line)
                if record is not None:
                    self._add(record)
                elif is_request(line):  # cut short, as its parts were too long
                    self.lost += 1

    def _add(self, record: Record) -> None:
        found = self.names.listeners.get(record.listener)
        if found is None:
            return
        self._for_metrics.append(record)
        self._for_logs.append((found[0], access_log.line(record, self.names)))
        for kept in (self._for_metrics, self._for_logs):
            if len(kept) > MOST:
                kept.popleft()
                self.lost += 1

    def put_logs(self, balancers: Iterable[Any], now: datetime.datetime) -> int:
        """One object for each load balancer (moto's) that was asked, and wants logs; how many. Takes the cloud's lock."""
        self._collect()
        with self._collecting:
            entries, self._for_logs = self._for_logs, deque()
        put = 0
        for balancer in balancers:
            lines = [line for arn, line in entries if arn == balancer.arn]
            if not lines or balancer.attrs.get("access_logs.s3.enabled") != "true":
                continue
            key = access_log.key(
                balancer.arn, balancer.attrs.get("access_logs.s3.prefix", ""), now, secrets.token_hex(4)
            )  # fmt: skip
            put += self._put(balancer.attrs.get("access_logs.s3.bucket", ""), key, access_log.content(lines))
        return put

    def _put(self, bucket: str, key: str, content: bytes) -> int:
        with self._cloud.lock:
            backend = s3_backends[self._cloud.account_id]["aws"]
            if bucket not in backend.buckets:
                log.warning("access logs: there is no bucket %s; the entries of %s are lost", bucket, key)
                return 0
            backend.put_object(bucket, key, content)
            self._cloud.touched("s3")
        return 1

    def put_metrics(self, states: dict[tuple[str, str], list[str]], now: datetime.datetime) -> int:
        """Data of the requests since the last time, and of the targets' states of now; how many. Takes the cloud's lock."""
        self._collect()
        with self._collecting:
            records, self._for_metrics = self._for_metrics, deque()
        put = 0
        for found in (metrics.of_requests(records, self.names, now), metrics.of_hosts(states, now)):
            for region, data in found.items():
                with self._cloud.lock:
                    cloudwatch_backends[self._cloud.account_id][region].put_metric_data(metrics.NAMESPACE, data)
                    self._cloud.touched("cloudwatch")
                put += len(data)
        return put
