# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that renews the lease of a lock for as long as the controller runs, and gives the lock back when it ends.

It ends by itself when the controller is killed.
What it is to keep is in its arguments; the credentials are in its environment.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws import lock_table
from ansible_collections.creator.platform.plugins.module_utils.aws.clients import client_factory
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS
from ansible_collections.creator.platform.plugins.module_utils.lock.state import RENEWALS
from ansible_collections.creator.platform.plugins.plugin_utils import background
from ansible_collections.creator.platform.plugins.plugin_utils.warm_wire import started_at

#: In the controller's folder for temporary files: the lock that this run holds, and its keeper.
FILE = "creator-platform-lock.json"
END_SECONDS = 20.0
POLL = 1.0
LOG = "creator-platform-lock.log"
_MODULE = "ansible_collections.creator.platform.plugins.plugin_utils.lock_keeper"


@dataclass(frozen=True)
class Kept:
    """A lock of a run and the process that keeps it."""

    table: str
    region: str
    owner: str
    token: int
    lease: float
    controller: int
    controller_began: str
    keeper: int = 0
    keeper_began: str = ""


def kept(folder: str) -> Kept | None:
    """The lock that the controller with this temporary folder holds; None when it holds none, or its keeper is gone."""
    try:
        found = Kept(**json.loads(Path(folder, FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    return found if _is_alive(found.keeper, found.keeper_began) else None


def start(folder: str, lock: Kept, environment: dict[str, str]) -> Kept:
    """Start the keeper of a lock. Raises OSError, with what it said, when it does not start."""
    try:
        pid = background.start(_MODULE, [json.dumps(asdict(lock))], Path(folder, LOG), environment)
    except background.NotStartedError as error:
        raise OSError(f"the keeper of the lock did not start: {error}") from None
    found = Kept(**{**asdict(lock), "keeper": pid, "keeper_began": started_at(pid)})
    Path(folder, FILE).write_text(json.dumps(asdict(found)), encoding="utf-8")
    return found


def end(folder: str) -> None:
    """End the keeper of this controller's lock, which gives the lock back, and wait for it. Does nothing when there is none."""
    found = kept(folder)
    Path(folder, FILE).unlink(missing_ok=True)
    if found is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.keeper, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline and _is_alive(found.keeper, found.keeper_began):
        time.sleep(0.02)


def _is_alive(pid: int, began: str) -> bool:
    """Whether the process that began then still runs; `began` is "" where there is no /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return started_at(pid) == began and not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"


def main() -> None:
    """Keep the lock that the arguments tell of until the controller ends, or a signal says so."""
    lock = Kept(**json.loads(sys.argv[3]))
    ended = [False]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: ended.__setitem__(0, True))
    client = client_factory(dict(os.environ), read_seconds=10)("dynamodb", lock.region)
    background.is_ready()
    if _keep(client, lock, ended):
        with contextlib.suppress(*AWS_ERRORS):  # without an answer the lease ends by itself
            lock_table.release(client, lock.table, lock.owner, lock.token)


def _keep(client: Any, lock: Kept, ended: list[bool]) -> bool:
    """Renew until the controller ends. Returns False when the lock was lost before."""
    renewed = time.monotonic()
    while not ended[0] and _is_alive(lock.controller, lock.controller_began):
        time.sleep(min(POLL, lock.lease / RENEWALS / 2))
        if ended[0] or time.monotonic() - renewed < lock.lease / RENEWALS:
            continue
        with contextlib.suppress(*AWS_ERRORS):  # tried again a second later, until the lease ends
            if not lock_table.renew(client, lock.table, lock.owner, lock.token, time.time() + lock.lease):
                return False
            renewed = time.monotonic()
    return True
