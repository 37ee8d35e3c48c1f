"""The process that serves the AWS API and owns the real processes: started by `up`, never by hand."""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import IO

from localcloud import certificates, places
from localcloud.anew import Anew
from localcloud.cloud import Cloud
from localcloud.container_nodes import addressing
from localcloud.postgres.binaries import find_binaries
from localcloud.processes import Processes

log = logging.getLogger("localcloud")


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; 0 after an orderly end, 3 when another cloud holds the folder, 4 when the asked port is taken,
    5 when kept state cannot be read."""
    parser = argparse.ArgumentParser(prog="localcloud.daemon")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--port", type=int)
    parser.add_argument("--factor", type=float, required=True)
    parser.add_argument("--container-nodes", choices=addressing.MODES, default="off")
    parser.add_argument(
        "--listener", type=int, help="descriptor of the listening socket, from the process it was before"
    )
    parser.add_argument("--lock", type=int, help="descriptor of the lock file, from the process it was before")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    lock = hold(options.state) if options.lock is None else os.fdopen(options.lock, "a")
    if lock is None:
        log.error("another local cloud holds %s", options.state)
        return 3
    with lock:
        return serve(
            options.state,
            options.port,
            options.factor,
            lock,
            options.listener,
            container_nodes=addressing.parse_mode(options.container_nodes),
        )


def hold(state: Path) -> IO[str] | None:
    """The open lock file of the state folder, or None when another process holds it; closing it, or dying, gives it back."""
    lock = (state / "lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def serve(
    state: Path, port: int | None, factor: float, lock: IO[str], handed: int | None, *, container_nodes: bool
) -> int:
    """Load what was kept, answer requests until SIGTERM, stop the real processes; begin anew where that was asked for.

    handed: descriptor of a listening socket to go on with. container_nodes: see Cloud.
    """
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # read by moto when it is imported
    from localcloud import assembly, control, server  # noqa: PLC0415 - moto costs a second, and reads the environment

    known = places.read(state)
    try:
        listener = server.bind(known.port if known else 0, port, handed)
    except OSError as error:
        log.error("%s", error)
        return 4
    endpoint = f"http://127.0.0.1:{listener.port}"
    keys = (known.access_key_id, known.secret_access_key) if known else places.new_keys()
    content = places.StateFile(
        os.getpid(), endpoint, *keys, factor=factor, started=time.time(), postgresql_tls=find_binaries().tls,
        further_root_keys=places.further_keys(known, os.environ.get(places.ROOT_KEY)),
    )  # fmt: skip
    certificates.ensure_ca(state)
    # Where they come from decides what they may ask: a socket cannot be mistaken, unlike a path or a header.
    pods = server.bind(0, None) if container_nodes else None
    cloud = Cloud(
        state=state, endpoint=endpoint, processes=Processes(state), factor=factor, container_nodes=container_nodes,
        pods_endpoint=f"http://127.0.0.1:{pods.port}" if pods else "",
    )  # fmt: skip
    try:
        api = assembly.assemble(cloud, content)
    except assembly.PersistenceError as error:
        log.error("%s", error, exc_info=error.__cause__)
        log.error("%s", error)
        return 5
    ending = threading.Event()
    socket = os.dup(listener.fileno())
    beginning = Anew(ending)
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: ending.set())
    server.start(listener, api.app, "serve")
    if pods:
        server.start(pods, control.closed(api.app), "serve pods")
    places.write(state, content)
    log.info("serving %s, state %s", endpoint, state)
    for hook in cloud.on_restored:
        run_hook(hook)
    ending.wait()
    log.info("stopping")
    for hook in cloud.on_stopping:
        run_hook(hook)
    for each in filter(None, (listener, pods)):
        each.shutdown()
    api.store.stop()
    cloud.processes.stop_many(cloud.processes.names())
    if beginning.asked:
        cloud.lock.acquire()  # for good: no request that is still on its way writes to the emptied folder
        again = ["--state", str(state), "--factor", repr(factor), "--container-nodes", addressing.mode(container_nodes)]
        beginning.go_on(state, socket, lock, again)
    places.write(state, replace(content, pid=0))
    return 0


def run_hook(hook) -> None:
    """Run one hook of a service; its failure is logged and does not keep the others from running."""
    try:
        hook()
    except Exception:  # one service must not take the others down; the log is where it is seen
        log.exception("%s failed", getattr(hook, "__qualname__", hook))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
