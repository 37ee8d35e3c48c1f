# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filling through an API on loopback: once, whatever it answers, and nothing but the expected counts."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.creator.platform.plugins.module_utils.postgres import data_set
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import Target
from ansible_collections.creator.platform.plugins.module_utils.seed.run import SeedError
from ansible_collections.creator.platform.plugins.module_utils.seed_api import items, run
from ansible_collections.creator.platform.plugins.module_utils.seed_api.run import Outcome, Pace
from ansible_collections.creator.platform.plugins.module_utils.web.entry import Entry

PLAN = items.plan("s", 1)
ALL = items.counts(PLAN)
NONE = dict.fromkeys(ALL, 0)
NOWHERE = Target("127.0.0.1", 1, "platform", "x")


@dataclass
class Platform:
    """An API that keeps rows by kind, and answers by idempotency key. trouble: by number of the request, what it meets.

    "lost": done, and the connection cut; "cut": not done, and the connection cut; a number: not done, and that status.
    """

    rows: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=lambda: {kind: {} for kind in items.KINDS})
    answers: dict[str, bytes] = field(default_factory=dict)
    trouble: dict[int, str | int] = field(default_factory=dict)
    always: int = 0
    forgets: bool = False
    seen: list[str] = field(default_factory=list)
    correlations: set[str] = field(default_factory=set)
    jobs: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str, key: str, body: bytes) -> bytes:
        """What is made, once for a key."""
        if key not in self.answers:
            kind, told, content = self._told(path, body)
            number = len(self.rows[kind]) + 1
            name = content.get("handle") or str(number)
            if not self.forgets:
                self.rows[kind][name] = told
            said = {
                "id": number,
                "public_id": name,
                "object_key": name,
                "state": "active" if "email" in content else "settled",
            }
            self.answers[key] = json.dumps(content | said).encode()
        return self.answers[key]

    @staticmethod
    def _told(path: str, body: bytes) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        parts = urlsplit(path)
        words = parts.path.split("/")[2:]
        if words[-1] == "media":
            checksum = hashlib.sha256(body).hexdigest()
            content: dict[str, Any] = {"content_type": "image/png", "bytes": len(body), "sha256": checksum}
            return "media", (words[1], checksum, "image/png", parse_qs(parts.query)["alt"][0]), content
        content = json.loads(body)
        if words == ["creators"]:
            names = ("handle", "display_name", "email", "country", "monthly_price", "currency")
            return "creators", ("", *(content[name] for name in names), items.canonical(content["profile"])), content
        if words[-1] == "posts":
            told = (content["title"], content["body"], content["visibility"], items.canonical(content["tags"]))
            return "posts", (words[1], *told), content
        if words[-1] == "subscriptions":
            return "subscriptions", (words[1], content["email"]), content
        return "payments", (str(content["subscription_id"]), content["amount"], content["method"]), content

    def held(self, _connection: object, handles: list[str]) -> items.Held:
        """As data_set.held."""
        assert handles == items.handles(PLAN)
        found: dict[str, dict[tuple[str, ...], list[str]]] = {kind: {} for kind in items.KINDS}
        for kind, rows in self.rows.items():
            for name, told in rows.items():
                found[kind].setdefault(told, []).append(name)
        return found

    def unprocessed(self, _connection: object, correlation: str) -> int:
        """As data_set.unprocessed: what the test has laid down, the last one again and again."""
        assert correlation == f"seed-{items.label('s', 1)}"
        return self.jobs.pop(0) if len(self.jobs) > 1 else (self.jobs or [0])[0]


class Time:
    """A clock that only sleep moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


class World:
    """A platform, and a way to fill it."""

    def __init__(self, platform: Platform, url: str) -> None:
        self.platform, self.time, self._url = platform, Time(), url

    def fill(self, *, connections: int = 2, dry: bool = False, **changes: Any) -> Outcome:
        pace = Pace(connections, 10, lambda: self.time.now, self.time.sleep)
        wanted = {"environment": "dev", "seed": "s", "size": 1} | changes
        return run.fill(Entry(self._url), NOWHERE, pace, dry=dry, **wanted)

    @property
    def counts(self) -> dict[str, int]:
        return {kind: len(rows) for kind, rows in self.platform.rows.items()}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece

        def do_POST(self) -> None:
            body, key = self.rfile.read(int(self.headers["Content-Length"])), self.headers["Idempotency-Key"]
            with platform.lock:
                meets = platform.always or platform.trouble.get(len(platform.seen), "")
                platform.seen.append(key)
                platform.correlations.add(self.headers["X-Correlation-Id"])
                status, said = (meets, b'{"detail": "not now"}') if isinstance(meets, int) else (201, b"")
                if meets in ("", "lost"):
                    said = platform.answer(self.path, key, body)
            if meets in ("lost", "cut"):
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_told: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setattr(run, "connect", lambda _target: contextlib.nullcontext())
    monkeypatch.setattr(data_set, "held", platform.held)
    monkeypatch.setattr(data_set, "unprocessed", platform.unprocessed)
    yield World(platform, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_second_run_finds_all_and_sends_nothing(world: World) -> None:
    correlation = f"seed-{items.label('s', 1)}"
    assert world.fill(dry=True) == Outcome(NONE, ALL, correlation)
    assert world.platform.seen == [], "check mode sends nothing"
    assert world.fill() == Outcome(NONE, ALL, correlation)
    assert world.counts == ALL
    assert world.platform.correlations == {correlation}
    assert len(world.platform.seen) == len(PLAN)
    for dry in (True, False):
        again = world.fill(dry=dry)
        assert (again, again.changed, again.tables) == (Outcome(ALL, NONE, correlation), False, ALL)
    assert len(world.platform.seen) == len(PLAN)


@pytest.mark.parametrize("connections", [1, 4])
def test_what_was_not_answered_is_sent_again_and_made_once(world: World, connections: int) -> None:
    world.platform.trouble = {0: "lost", 2: 503, 3: "cut", 4: "lost", 20: 502, 40: 504, 60: "lost", 61: 429}
    assert world.fill(connections=connections).created == ALL
    assert world.counts == ALL
    assert len(world.platform.seen) == len(PLAN) + len(world.platform.trouble)


def test_waits_grow_and_end_with_an_error_that_names_the_request(world: World) -> None:
    world.platform.always = 503
    with pytest.raises(SeedError) as caught:
        world.fill()
    said = str(caught.value)
    assert "POST /api/creators under key seed-" in said
    assert 'answered 503, expected 201: {"detail": "not now"}' in said
    assert "(attempt 6, after 6 s)" in said
    assert world.time.slept == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2])
    assert world.counts == NONE


@pytest.mark.parametrize("status", [200, 400, 403, 409, 422, 500])
def test_an_answer_that_time_does_not_change_ends_it_at_once(world: World, status: int) -> None:
    world.platform.trouble = {5: status}
    with pytest.raises(SeedError, match=f"answered {status}, expected 201") as caught:
        world.fill(connections=1)
    assert "attempt" not in str(caught.value)
    assert len(world.platform.seen) == 6, "nothing is sent after it"
    rest = world.fill()
    assert sum(rest.found.values()) == 5
    assert world.counts == rest.tables == ALL


def test_a_run_that_was_killed_is_completed_without_doubles(world: World) -> None:
    """At any moment: what is in the database is found; what is on its way is answered by its key."""
    for moment in (0, 1, 7, 30, len(PLAN) - 1):
        world.platform.rows = {kind: {} for kind in items.KINDS}
        world.platform.answers, world.platform.seen = {}, []
        world.platform.trouble = {moment: 500}
        with pytest.raises(SeedError):
            world.fill(connections=4)
        written = sum(world.counts.values())
        rest = world.fill()
        assert (sum(rest.found.values()), world.counts) == (written, ALL)


def test_an_answer_is_not_believed_without_the_row(world: World) -> None:
    world.platform.forgets = True
    with pytest.raises(SeedError, match=r"are not in 127\.0\.0\.1:1/platform although the API answered"):
        world.fill()


def test_nothing_listens(world: World) -> None:
    pace = Pace(1, 1, lambda: world.time.now, world.time.sleep)
    with pytest.raises(SeedError, match=r"POST /api/creators .* was not answered as expected, with 201: .*refused"):
        run.fill(Entry("http://127.0.0.1:1"), NOWHERE, pace, environment="dev", seed="s", size=1, dry=False)


def test_the_worker_is_waited_for_while_it_gets_on(world: World) -> None:
    world.platform.jobs = [40, *[30] * 15, *[20] * 15, *[10] * 15, 0]
    assert world.fill().changed
    assert world.time.now > 20, "longer than it may get nothing done"


def test_a_worker_that_does_nothing_is_no_success(world: World) -> None:
    world.platform.jobs = [9, 7]
    with pytest.raises(SeedError, match="none of the 7 jobs that are left of the data set for 10 s"):
        world.fill()
    with pytest.raises(SeedError, match="none of the 7 jobs"):
        world.fill()


@pytest.mark.parametrize("environment", ["prod", "Live "])
def test_production_is_refused_before_anything_is_asked_of_it(world: World, environment: str) -> None:
    with pytest.raises(SeedError, match="never filled"):
        world.fill(environment=environment)
    assert world.platform.seen == []


def test_what_was_changed_by_hand_is_said(world: World) -> None:
    world.fill()
    rows = world.platform.rows["creators"]
    handle = next(iter(rows))
    rows[handle] = (*rows[handle][:2], "Renamed", *rows[handle][3:])
    for dry in (True, False):
        with pytest.raises(SeedError, match="another content"):
            world.fill(dry=dry)
