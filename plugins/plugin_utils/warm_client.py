# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the server of the warm connection, once for a controller, and makes module calls through it. Standard library only."""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.creator.platform.plugins.plugin_utils.warm_request import UnknownCall
from ansible_collections.creator.platform.plugins.plugin_utils.warm_wire import GO, Request, same_user, send, started_at

SOCKET = "warm.socket"
LOG = "warm.log"
LOCK = "warm.lock"
# Seconds until a server has loaded everything, and until a child has read a request, on a machine that is very busy.
START_SECONDS = 60.0
READY_SECONDS = 60.0
_SERVER = "ansible_collections.creator.platform.plugins.plugin_utils.warm_server"
# The folders of collections must not be in sys.path of a module, so what an ordinary start has is kept first.
_START = (
    "import json, sys; more = json.loads(sys.argv[-1]); more['path'] = [p for p in sys.path if p not in ('', '.')]; "
    f"sys.path[:0] = more['roots']; from {_SERVER} import main; main([*sys.argv[1:-1], json.dumps(more)])"
)


class LostServerError(Exception):
    """The server ended while a module ran; the text says so."""


@dataclass(frozen=True)
class Place:
    """A controller's server. folder: only this user's, and gone with the run. roots: folders that hold ansible_collections."""

    folder: str
    controller: int
    roots: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()


def connect(place: Place) -> socket.socket:
    """A connection to the controller's server, which is started if need be. Raises UnknownCall when there can be none."""
    _require_private(place.folder)
    with open(os.path.join(place.folder, LOCK), "a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return _reach(place.folder)
        except (FileNotFoundError, ConnectionRefusedError):
            lock.seek(0)
            before = lock.read()
            if before:
                raise UnknownCall(f"the server cannot be used: {before}") from None
            # Written first and taken back on success: a server that ended early is not started over and over.
            lock.write(f"it was started and ended, see {LOG} in {place.folder}")
            lock.flush()
            _start(place)
            lock.truncate(0)
        return _reach(place.folder)


def _require_private(folder: str) -> None:
    found = os.stat(folder)
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise UnknownCall(f"{folder} must be this user's alone")


def _reach(folder: str) -> socket.socket:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(READY_SECONDS)
        connection.connect(f"/proc/self/fd/{descriptor}/{SOCKET}")
        if not same_user(connection):
            raise UnknownCall("the server is another user's")
    except BaseException:
        connection.close()
        raise
    finally:
        os.close(descriptor)
    return connection


def _start(place: Place) -> None:
    began = started_at(place.controller)
    ready, told = os.pipe()
    options = json.dumps({"roots": place.roots, "collections": place.collections})
    arguments = [place.folder, SOCKET, str(place.controller), began, str(told), options]
    try:
        with open(os.path.join(place.folder, LOG), "ab") as log:
            subprocess.Popen(
                [sys.executable, "-c", _START, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[told],
                start_new_session=True,
            )
        os.close(told)
        with selectors.DefaultSelector() as selector:
            selector.register(ready, selectors.EVENT_READ)
            answer = os.read(ready, 5) if selector.select(START_SECONDS) else b""
    finally:
        os.close(ready)
    if answer != b"ready":
        log_text = Path(place.folder, LOG).read_text(encoding="utf-8", errors="replace").strip()
        raise UnknownCall(f"the server did not start: {(log_text.splitlines() or ['no message'])[-1]}")


def call(
    connection: socket.socket, payload: bytes, environment: dict[str, str], folder: str
) -> tuple[int, bytes, bytes]:
    """Run a module: exit code, standard output, standard error, as a shell tells them.

    Raises UnknownCall when nothing of it ran, LostServerError when the server ended before it told the exit code.
    """
    out, out_end = os.pipe()
    error, error_end = os.pipe()
    ends = [out_end, error_end]
    try:
        try:
            mask = os.umask(0o077)
            os.umask(mask)
            send(connection, Request(payload, environment, folder, mask, (out_end, error_end)))
            while ends:
                os.close(ends.pop())
            _begin(connection)
        except OSError as problem:
            raise UnknownCall(f"the server does not answer: {problem}") from problem
        output = _drain((out, error))
        status = _line(connection).get("status")
    except ConnectionError:
        status = None
    finally:
        for descriptor in (out, error, *ends):
            os.close(descriptor)
    if status is None:
        raise LostServerError("the server of the warm connection ended while the module ran")
    return _as_shell(int(status), output[out], output[error])


def _begin(connection: socket.socket) -> None:
    """Let the child begin. Raises UnknownCall or OSError, and then nothing ran."""
    answer = _line(connection)
    if not answer.get("ready"):
        raise UnknownCall(str(answer.get("refused", "the server ended before the module began")))
    connection.settimeout(None)
    connection.sendall(GO)


def _drain(descriptors: Sequence[int]) -> dict[int, bytes]:
    """Everything up to the end of each."""
    found = {descriptor: bytearray() for descriptor in descriptors}
    with selectors.DefaultSelector() as selector:
        for descriptor in descriptors:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            for key, _events in selector.select():
                data = os.read(key.fd, 65536)
                if data:
                    found[key.fd] += data
                else:
                    selector.unregister(key.fd)
    return {descriptor: bytes(data) for descriptor, data in found.items()}


def _line(connection: socket.socket) -> dict[str, Any]:
    """The next answer; {} when the server is gone."""
    data = b""
    while not data.endswith(b"\n"):
        got = connection.recv(1)
        if not got:
            return {}
        data += got
    answer: dict[str, Any] = json.loads(data)
    return answer


def _as_shell(status: int, out: bytes, error: bytes) -> tuple[int, bytes, bytes]:
    """A signal becomes what the shell between `local` and its module makes of it: 128 and more, and its name."""
    if status >= 0:
        return status, out, error
    return 128 - status, out, error + f"{signal.strsignal(-status)}\n".encode()
