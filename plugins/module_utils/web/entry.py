# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a name through an address of one's choice, as `curl --connect-to` makes them: through this very load balancer."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_BYTES = 16 * 1024 * 1024


class WebError(Exception):
    """No answer came; the text says from where and why."""


@dataclass(frozen=True)
class Entry:
    """Where requests go. url: `https://<name>`, whose certificate is verified and which is the Host.

    address: `<name or address>:<port>` to connect to, "" for that of the url. ca_file: root certificates, "" for the system's.
    """

    url: str
    address: str = ""
    ca_file: str = ""

    @property
    def host(self) -> str:
        """The name in the url."""
        return urlsplit(self.url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether requests go over TLS."""
        return urlsplit(self.url).scheme == "https"

    @property
    def where(self) -> tuple[str, int]:
        """Host and port to connect to. Raises WebError when the address has no port."""
        if not self.address:
            parts = urlsplit(self.url)
            return self.host, parts.port or (443 if self.secure else 80)
        host, _separator, port = self.address.rpartition(":")
        if not host or not port.isdigit():
            raise WebError(f"address must be <host>:<port>, found {self.address!r}")
        return host, int(port)

    def context(self) -> ssl.SSLContext | None:
        """How the other side is verified. Raises WebError for root certificates that cannot be read."""
        if not self.secure:
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise WebError(f"root certificates {self.ca_file}: {error}") from error


@dataclass(frozen=True)
class Answer:
    """headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Connection:
    """A connection to the entry that is kept between requests, made with the first and again after one that failed.

    timeout: seconds for each step of a request. For one thread at a time.
    """

    def __init__(self, entry: Entry, timeout: float = 15.0) -> None:
        self._entry, self._timeout = entry, timeout
        self._open: http.client.HTTPConnection | None = None

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request. Raises WebError when no whole answer comes."""
        began = time.monotonic()
        host, port = self._entry.where
        try:
            # Without a socket after an answer that said it would be the last.
            if self._open is None or self._open.sock is None:
                self._open = self._connect(host, port)
            self._open.request(method, path, body, dict(headers or {}))
            answer = self._open.getresponse()
            content = answer.read(MOST_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            told = f"{method} {self._entry.url}{path} at {host}:{port}"
            raise WebError(f"{told}: {error or type(error).__name__}") from error
        if len(content) > MOST_BYTES:
            self.close()
            raise WebError(f"{method} {self._entry.url}{path}: the answer is larger than {MOST_BYTES} bytes")
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, content, time.monotonic() - began)

    def _connect(self, host: str, port: int) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection(self._entry.host, timeout=self._timeout)
        plain = socket.create_connection((host, port), self._timeout)
        # A request is sent in two parts, and the second shall not wait for the first one's acknowledgement.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            context = self._entry.context()
            made.sock = context.wrap_socket(plain, server_hostname=self._entry.host) if context else plain
        except (OSError, WebError):
            plain.close()
            raise
        return made

    def close(self) -> None:
        """Let it go; the next request makes another."""
        if self._open is not None:
            self._open.close()
        self._open = None


def ask(
    entry: Entry,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 15.0,
) -> Answer:
    """One request on a connection of its own. Raises WebError when no whole answer comes within `timeout` seconds a step."""
    connection = Connection(entry, timeout)
    try:
        return connection.ask(path, method=method, body=body, headers=headers)
    finally:
        connection.close()
