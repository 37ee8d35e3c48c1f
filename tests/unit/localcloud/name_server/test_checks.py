"""Health checks: what they find on loopback, and when findings change what is said."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from localcloud.name_server.checks import Endpoint, Finding, Standing, ask

GOOD, BAD = Finding(True, "Success"), Finding(False, "Failure")


@pytest.mark.parametrize(
    ("findings", "wanted"),
    [
        ([], None), ([GOOD], True), ([BAD], False), ([GOOD, BAD, BAD], True), ([GOOD, BAD, BAD, BAD], False),
        ([GOOD, BAD, BAD, GOOD, BAD, BAD], True), ([BAD, GOOD, GOOD], False), ([BAD, GOOD, GOOD, GOOD], True),
    ],
)  # fmt: skip
def test_three_of_a_kind_decide(findings: list[Finding], wanted: bool | None) -> None:
    standing = Standing()
    for each in findings:
        standing.note(each, 3)
    assert standing.healthy is wanted


class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        body = f"{self.headers['Host']} is well".encode()
        self.send_response(int(self.path[1:] or 200))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("kind", "path", "search", "text"),
    [
        ("HTTP", "/", None, "Success: HTTP Status Code 200, OK"),
        ("HTTP", "/302", None, "Success: HTTP Status Code 302, Found"),
        ("HTTP", "/404", None, "Failure: HTTP Status Code 404, Not Found"),
        ("HTTP_STR_MATCH", "/", "a.example is well", "Success: HTTP Status Code 200, OK"),
        ("HTTP_STR_MATCH", "/", "ill", "Failure: HTTP Status Code 200, OK. The search string was not found"),
        ("TCP", "/", None, "Success: TCP connection established"),
    ],
)
def test_what_is_found(port: int, kind: str, path: str, search: str | None, text: str) -> None:
    assert ask(Endpoint(kind, port, "a.example", path, search)) == Finding(text.startswith("Success"), text)


def test_plain_text_is_no_tls(port: int) -> None:
    found = ask(Endpoint("HTTPS", port, "a.example", name="a.example"))
    assert not found.passed
    assert found.text.startswith("Failure: ")


def test_nobody_there_and_nobody_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = int(silent.getsockname()[1])
        assert not ask(Endpoint("TCP", port, "a.example")).passed
        silent.listen()
        found = ask(Endpoint("HTTP", port, "a.example"), patience=0.05)
        assert found == Finding(False, "Failure: Connection timed out. The endpoint did not answer")
