# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load test at work: sends, watches which pods there are, and finds in the load balancer's log who lost what."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, explain
from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.load import access_log
from ansible_collections.creator.platform.plugins.module_utils.load.account import Outcome, dues
from ansible_collections.creator.platform.plugins.module_utils.web.entry import Entry
from ansible_collections.creator.platform.plugins.module_utils.web.pressure import Pressure, Told, press

#: Seconds between two looks at the pods, and between two looks for new logs.
SAMPLE, LOOK = 1.0, 2.0


@dataclass
class Seen:
    """What a test came to. pods: name -> name, address, first and last moment it was seen. blind: why pods were not seen."""

    began: float
    outcomes: list[Outcome] = field(default_factory=list)
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    blind: str = ""


def run(
    entry: Entry, pressure: Pressure, rate: float, ending: threading.Event, *, client: api.Client, namespace: str
) -> Seen:
    """Send at the rate until `ending` is set or the time is over. Raises WebError when it cannot begin."""
    seen = Seen(time.time() + 0.2)
    over = threading.Event()
    watching = threading.Thread(target=_watch, args=(seen, client, namespace, over), daemon=True)
    watching.start()

    def tell(told: Told) -> None:
        seen.outcomes.append(Outcome(*told))

    try:
        asyncio.run(press(entry, pressure, dues(rate, seen.began), ending.is_set, tell))
    finally:
        over.set()
        watching.join(SAMPLE + 5)
    return seen


def _watch(seen: Seen, client: api.Client, namespace: str, over: threading.Event) -> None:
    while True:
        try:
            for pod in api.list_objects(client, "Pod", namespace).items:
                _note(seen, pod)
        except api.KubeError as error:
            seen.blind = f"the pods could not be read: {error}"
        if over.wait(SAMPLE):
            return


def _note(seen: Seen, pod: Mapping[str, Any]) -> None:
    name, address = pod["metadata"]["name"], pod.get("status", {}).get("podIP")
    if address:
        row = seen.pods.setdefault(name, {"name": name, "address": address, "first": time.time(), "last": 0.0})
        row["last"] = time.time()


@dataclass(frozen=True)
class Logs:
    """Where the load balancer's access logs are. wait: seconds until they have to be there."""

    bucket: str
    prefix: str
    account: str
    region: str
    wait: float


def targets(
    s3: Any,
    logs: Logs,
    traces: Iterable[str],
    began: float,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> tuple[dict[str, str], str]:
    """`address:port` by trace, and what could not be found out, as a sentence or ""."""
    wanted, found, read = set(traces), dict[str, str](), set[str]()
    if not wanted or not logs.bucket:
        return found, "" if not wanted else "the load balancer writes no access log, so the pods are not known"
    deadline = clock() + logs.wait
    while True:
        try:
            for key in _keys(s3, logs, began, clock()):
                if key not in read:
                    found |= access_log.targets(_lines(s3, logs.bucket, key), wanted)
                    read.add(key)
        except AWS_ERRORS as error:
            return found, f"the access log could not be read: {explain(error)}"
        if wanted <= set(found):
            return found, ""
        if clock() > deadline:
            return found, f"{len(wanted - set(found))} of the lost requests are not in the load balancer's log"
        sleep(LOOK)


def _keys(s3: Any, logs: Logs, began: float, now: float) -> Sequence[str]:
    return [
        each["Key"]
        for prefix in access_log.prefixes(logs.prefix, logs.account, logs.region, began, now)
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=logs.bucket, Prefix=prefix)
        for each in page.get("Contents", [])
        if each["LastModified"].timestamp() >= began - 60
    ]


def _lines(s3: Any, bucket: str, key: str) -> list[str]:
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return gzip.decompress(content).decode("utf-8", errors="replace").splitlines()
