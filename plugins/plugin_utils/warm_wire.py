# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the warm connection and its server talk, over a Unix socket. Standard library only.

The caller sends a request with the files for its output. The child answers {"refused": why}, or {"ready": true} and
waits for the caller's `!`: only then does it begin, so a caller that gave up waiting can run the module itself. The server
sends {"status": exit code, below zero the signal} when the child ended.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GO = b"!"
_LENGTHS = struct.Struct("!QQ")


class CallerGoneError(Exception):
    """The other end closed the connection in the middle of something."""


@dataclass(frozen=True)
class Request:
    """A module call. folder: working directory. files: descriptors for standard output and standard error."""

    payload: bytes
    environment: dict[str, str]
    folder: str
    umask: int
    files: tuple[int, ...]


def send(connection: socket.socket, request: Request) -> None:
    """Send a request. Raises OSError."""
    head = json.dumps({"environment": request.environment, "folder": request.folder, "umask": request.umask}).encode()
    socket.send_fds(connection, [_LENGTHS.pack(len(head), len(request.payload))], list(request.files))
    connection.sendall(head)
    connection.sendall(request.payload)


def receive(connection: socket.socket) -> Request:
    """The request that `send` sent. Raises CallerGoneError."""
    lengths, ancillary, _flags, _address = connection.recvmsg(
        _LENGTHS.size, socket.CMSG_SPACE(2 * array.array("i").itemsize)
    )
    files = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            files.frombytes(data[: len(data) - len(data) % files.itemsize])
    lengths += _exactly(connection, _LENGTHS.size - len(lengths))
    head_length, payload_length = _LENGTHS.unpack(lengths)
    head = json.loads(_exactly(connection, head_length))
    payload = _exactly(connection, payload_length)
    if len(files) != 2:
        raise CallerGoneError
    return Request(payload, head["environment"], head["folder"], head["umask"], tuple(files))


def _exactly(connection: socket.socket, count: int) -> bytes:
    buffer = bytearray(count)
    view = memoryview(buffer)
    while view:
        try:
            got = connection.recv_into(view)
        except ConnectionError as error:
            raise CallerGoneError from error
        if not got:
            raise CallerGoneError
        view = view[got:]
    return bytes(buffer)


def say(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send an answer, one line. Raises OSError."""
    connection.sendall(json.dumps(message).encode() + b"\n")


def same_user(connection: socket.socket) -> bool:
    """Whether the process at the other end is of this user."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, user, _group = struct.unpack("3i", credentials)
    return bool(user == os.geteuid())


def started_at(pid: int) -> str:
    """When a process began, in the kernel's ticks, which tells it from a later one of the same id. "" when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # field 22 of proc(5); the 20th after the name in brackets
