# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that is kept, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ansible_collections.creator.platform.plugins.module_utils.web.entry import Connection, Entry, WebError, ask


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        """Answers with the number of the connection and what it was told."""

        protocol_version = "HTTP/1.1"
        made = 0

        def setup(self) -> None:
            type(self).made += 1
            self.number = type(self).made
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/cut":
                self.close_connection = True
                return
            said = f"{self.number} {self.headers['Host']} {body.decode()}".encode()
            self.send_response(201)
            self.send_header("Content-Length", str(len(said)))
            if self.path == "/last":
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_told: object) -> None:
            """Nobody reads it."""

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


def entry(server: ThreadingHTTPServer) -> Entry:
    return Entry("http://name.example", f"127.0.0.1:{server.server_port}")


def test_it_is_kept_until_the_other_side_ends_it(server: ThreadingHTTPServer) -> None:
    connection = Connection(entry(server))

    def said(path: str) -> str:
        return connection.ask(path, method="POST", body=b"x").body.decode()

    assert [said("/"), said("/"), said("/last"), said("/")] == [f"{number} name.example x" for number in (1, 1, 1, 2)]
    with pytest.raises(WebError, match=r"POST http://name.example/cut at 127.0.0.1:\d+: "):
        said("/cut")
    assert said("/") == "3 name.example x", "the next request makes another"
    connection.close()
    assert said("/") == "4 name.example x"
    connection.close()


def test_one_request_has_one_of_its_own(server: ThreadingHTTPServer) -> None:
    numbers = [ask(entry(server), "/", method="POST", body=b"x").body.decode()[0] for _time in range(2)]
    assert numbers == ["1", "2"]
