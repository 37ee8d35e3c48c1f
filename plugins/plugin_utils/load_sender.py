# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that sends requests while the controller deploys. It ends with the controller, on a signal, or by its time.

Its settings are in its arguments, the credentials in its
environment, and what it saw is written to a file at its end.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.clients import session_for
from ansible_collections.creator.platform.plugins.module_utils.aws.eks_token import eks_token, renewing
from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.load.run import Seen, run
from ansible_collections.creator.platform.plugins.module_utils.web.entry import Entry
from ansible_collections.creator.platform.plugins.module_utils.web.pressure import Pressure
from ansible_collections.creator.platform.plugins.plugin_utils import background

#: In the controller's folder for temporary files: who sends, and what came of it.
RECORD, RESULT, LOG = "creator-platform-load.json", "creator-platform-load-result.json", "creator-platform-load.log"
_MODULE = "ansible_collections.creator.platform.plugins.plugin_utils.load_sender"


class SenderError(Exception):
    """The process that sends did not start, or left nothing; the text says what is known."""


@dataclass(frozen=True)
class Settings:
    """entry and pressure: as dictionaries of their fields. cluster: name, endpoint, certificate_authority."""

    entry: dict[str, Any]
    pressure: dict[str, Any]
    rate: float
    cluster: dict[str, Any]
    region: str
    namespace: str
    controller: int


def start(folder: str, settings: Settings, environment: dict[str, str]) -> int:
    """Start to send; the process id. Raises SenderError, with what it said, when it does not start."""
    Path(folder, RESULT).unlink(missing_ok=True)
    try:
        pid = background.start(_MODULE, [folder, json.dumps(asdict(settings))], Path(folder, LOG), environment)
    except background.NotStartedError as error:
        raise SenderError(f"the load generator did not start: {error}") from None
    Path(folder, RECORD).write_text(json.dumps({"pid": pid}), encoding="utf-8")
    return pid


def end(folder: str, patience: float) -> dict[str, Any]:
    """Have it end, and what it saw: began, outcomes, pods, blind. Raises SenderError when nothing is left of it."""
    record, result = Path(folder, RECORD), Path(folder, RESULT)
    if not record.exists():
        raise SenderError("no load generator was started in this run")
    pid = json.loads(record.read_text(encoding="utf-8"))["pid"]
    record.unlink()
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while not result.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    if not result.exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        raise SenderError(f"the load generator left no result: {background.last_line(Path(folder, LOG))}")
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Send as the arguments say until a signal, the end of the controller, or the time."""
    folder, settings = Path(sys.argv[3]), Settings(**json.loads(sys.argv[4]))
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: ending.set())
    threading.Thread(target=_end_with, args=(settings.controller, ending), daemon=True).start()
    client = _client(settings)
    background.is_ready()
    entry, pressure = Entry(**settings.entry), Pressure(**settings.pressure)
    seen = run(entry, pressure, settings.rate, ending, client=client, namespace=settings.namespace)
    _write(folder, seen)


def _client(settings: Settings) -> api.Client:
    environment, cluster = dict(os.environ), settings.cluster
    endpoint = environment.get("AWS_ENDPOINT_URL_STS") or environment.get("AWS_ENDPOINT_URL")
    session = session_for(environment)
    token = renewing(lambda: eks_token(session, cluster["name"], settings.region, endpoint), time.monotonic)
    return api.connect(cluster["endpoint"], cluster["certificate_authority"], token)


def _end_with(controller: int, ending: threading.Event) -> None:
    while not ending.wait(1.0):
        try:
            os.kill(controller, 0)
        except ProcessLookupError:
            ending.set()
        except PermissionError:
            pass


def _write(folder: Path, seen: Seen) -> None:
    content = {
        "began": seen.began,
        "outcomes": [list(asdict(each).values()) for each in seen.outcomes],
        "pods": list(seen.pods.values()),
        "blind": seen.blind,
    }
    draft = folder / f"{RESULT}.draft"
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(folder / RESULT)
