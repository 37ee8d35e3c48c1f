"""What can be decided without a server."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from publishing.api.settings import ApiSettings
from publishing.common import database, logs
from publishing.common.config import ConfigurationError, DatabaseSettings, load
from publishing.common.health import Health
from publishing.common.http import HttpError, Observed, on_http_error
from publishing.web.settings import WebSettings
from publishing.worker.consumer import Consumer, Consumers
from publishing.worker.jobs import BusyError, JobError, document, parse, thumbnail

GOOD = {
    "DATABASE_HOST": "db.example.com",
    "DATABASE_NAME": "creator",
    "DATABASE_USER": "api",
    "DATABASE_PASSWORD": "swordfish",
    "DATABASE_CA": "-----BEGIN CERTIFICATE-----\n",
    "MEDIA_BUCKET": "media",
    "RENDERS_QUEUE_URL": "https://sqs.example.com/1/renders",
    "NOTIFICATIONS_QUEUE_URL": "https://sqs.example.com/1/notifications",
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*GOOD, "DATABASE_PASSWORD_FILE", "DATABASE_SECRET_ARN", "DATABASE_SSLMODE", "PORT", "API_URL"]:
        monkeypatch.delenv(name, raising=False)


def configured(monkeypatch: pytest.MonkeyPatch, **changes: str) -> ApiSettings:
    """The settings of a good environment with changes; "" takes a variable away."""
    for name, value in (GOOD | changes).items():
        monkeypatch.setenv(name, value)
    return load(ApiSettings)


def test_a_good_environment_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = configured(monkeypatch)
    assert (made.database_sslmode, made.database_port, made.port) == ("verify-full", 5432, 8080)
    assert "swordfish" not in repr(made)
    (tmp_path / "password").write_text("other\n")
    made = configured(monkeypatch, DATABASE_PASSWORD="", DATABASE_PASSWORD_FILE=str(tmp_path / "password"))
    assert database._login(made)() == ("api", "other")
    (tmp_path / "password").write_text("rotated")
    assert database._login(made)() == ("api", "rotated")
    configured(monkeypatch, DATABASE_PASSWORD_FILE="", DATABASE_SSLMODE="disable", DATABASE_CA="")


def test_all_that_is_wrong_is_said_at_once_and_no_value_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as caught:
        configured(
            monkeypatch,
            DATABASE_HOST="",
            PORT="swordfish-1",
            DATABASE_SECRET_ARN="arn",
            RENDERS_QUEUE_URL="swordfish-2",
        )
    text = str(caught.value)
    for name in ("DATABASE_HOST: is not set", "PORT: ", "DATABASE_SECRET_ARN: set exactly one", "RENDERS_QUEUE_URL: "):
        assert name in text
    assert "swordfish" not in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DATABASE_CA": ""}, "DATABASE_CA_FILE: set exactly one"),
        ({"DATABASE_CA": "x"}, "DATABASE_CA: holds no PEM"),
        ({"DATABASE_CA": "", "DATABASE_CA_FILE": "/nowhere"}, "/nowhere is not a readable file"),
        ({"DATABASE_PASSWORD": ""}, "set are none"),
        ({"DATABASE_USER": ""}, "DATABASE_USER must be set"),
        ({"DATABASE_SSLMODE": "prefer"}, "DATABASE_SSLMODE"),
        ({"DRAIN_LIMIT_SECONDS": "-1"}, "DRAIN_LIMIT_SECONDS"),
    ],
)
def test_what_contradicts_itself_is_refused(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        configured(monkeypatch, **changes)


def test_a_wrong_configuration_ends_the_process_with_2() -> None:
    from tests.support import command

    process = command({"API_URL": "nowhere", "PORT": "0"}, "publishing.web")
    assert process.wait(20) == 2
    [line] = process.stdout.read().splitlines() if process.stdout else []
    assert json.loads(line)["level"] == "critical"
    assert "API_URL" in line
    assert "PORT" in line


def test_root_certificates_from_a_variable_are_a_file_to_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Path(database._root(configured(monkeypatch))).read_text() == GOOD["DATABASE_CA"]


@pytest.mark.parametrize(
    ("level", "oldest", "good"), [(0, 0, False), (1, 1, False), (2, 1, True), (3, 1, True), (3, 2, True), (4, 3, False)]
)
def test_which_schemas_a_release_works_with(level: int, oldest: int, good: bool) -> None:
    assert (database.supported(level, oldest) == "") is good


def test_logs_are_json_with_ids_and_errors() -> None:
    formatter = logs.JsonFormatter("api", "r-1")
    try:
        raise ValueError("no\nway")
    except ValueError as error:
        caught = error
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "said %d", (1,), (ValueError, caught, caught.__traceback__))
    record.fields = {"post": "p", "level": "hidden"}
    with logs.identified("request-1", "bad id\n"):
        line = json.loads(formatter.format(record))
    assert line["time"].endswith("Z")
    assert {name: line[name] for name in ("level", "service", "message", "request_id", "correlation_id", "post")} == {
        "level": "error",
        "service": "api",
        "message": "said 1",
        "request_id": "request-1",
        "correlation_id": "request-1",
        "post": "p",
    }
    assert line["error"]["type"] == "ValueError"


def ask(app: Any, path: str, **headers: str) -> httpx.Response:
    """The answer of an application in this process."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(send())


def observed(health: Health) -> Observed:
    """An application with a path that fails."""

    async def fail(_request: Request) -> Response:
        raise RuntimeError("bug")

    async def refuse(_request: Request) -> Response:
        raise HttpError(409, "taken", {"Retry-After": "1"})

    async def fine(_request: Request) -> Response:
        return PlainTextResponse("fine")

    routes = [Route("/fail", fail), Route("/refuse", refuse), Route("/fine", fine), *health.routes()]
    return Observed(Starlette(routes=routes, exception_handlers={HttpError: on_http_error}), health, "r1", "/api")


def test_paths_are_known_with_and_without_what_a_load_balancer_leaves_before_them() -> None:
    app = observed(Health({}, 1))
    answers = [ask(app, path) for path in ("/fine", "/api/fine", "/apis/fine", "/api/api/fine")]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
    assert answers[0].headers["X-Release"] == "r1"


def test_answers_carry_ids_and_errors_say_only_what_they_may() -> None:
    health = Health({}, 1)
    app = observed(health)
    answer = ask(app, "/fine", **{"X-Request-Id": "abc"})
    assert (answer.headers["X-Request-Id"], answer.headers["X-Correlation-Id"]) == ("abc", "abc")
    assert len(ask(app, "/fine", **{"X-Request-Id": "a b"}).headers["X-Request-Id"]) == 32
    assert ask(app, "/fail").status_code == 500
    assert "bug" not in ask(app, "/fail").text
    refused = ask(app, "/refuse")
    assert (refused.status_code, refused.json()["detail"]) == (409, "taken")
    assert "Connection" not in answer.headers
    health.draining = True
    assert ask(app, "/fine").headers["Connection"] == "close"
    assert health.in_flight == 0


def test_probes_tell_the_truth_in_bounded_time() -> None:
    calls, open_again = [], threading.Event()

    def hangs() -> None:
        calls.append(1)
        open_again.wait(5)

    def fails() -> None:
        raise ConnectionError("no route\nto host")

    health = Health({"slow": hangs, "broken": fails}, 0.1)
    assert ask(observed(health), "/startupz").status_code == 503

    async def twice() -> dict[str, Any]:
        await health.readiness()
        began = time.monotonic()
        ready, content = await health.readiness()
        assert not ready
        assert time.monotonic() - began < 1
        open_again.set()
        return content

    health.started = True
    checks = asyncio.run(twice())["checks"]
    assert len(calls) == 1  # a check that hangs is not started again
    assert checks["slow"]["reason"] == "no answer within 0.1 s"
    assert checks["broken"]["reason"] == "no route"
    assert ask(observed(Health({}, 1, lambda: "stuck")), "/livez").json() == {"status": "dead", "reason": "stuck"}
    good = Health({"fine": lambda: None}, 1)
    good.started = True
    assert ask(observed(good), "/readyz").status_code == 200
    good.draining = True
    assert ask(observed(good), "/readyz").json()["status"] == "draining"
    assert ask(observed(good), "/livez").status_code == 200


def test_web_settings_need_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_URL", "http://api.creator.svc")
    assert load(WebSettings).media_url == ""
    assert issubclass(ApiSettings, DatabaseSettings)


JOB = "6f2c1c1e-95a4-4f0a-9a0a-0d5f2a7a1f00"


@pytest.mark.parametrize(
    "body", ["", "[]", '{"kind": "render"}', '{"kind": "render", "id": "x"}', '{"kind": "notify", "id": "' + JOB + '"}']
)
def test_messages_that_are_no_jobs(body: str) -> None:
    with pytest.raises(JobError):
        parse(body, "render")


def test_pictures_become_small_and_other_bytes_are_refused() -> None:
    source = io.BytesIO()
    Image.new("RGBA", (100, 400)).save(source, "PNG")
    content, width, height = thumbnail(source.getvalue())
    assert (width, height) == (100, 400)
    assert Image.open(io.BytesIO(content)).size == (90, 360)
    for wrong in (b"", b"<svg/>", source.getvalue()[:60]):
        with pytest.raises(JobError):
            thumbnail(wrong)
    assert "<script>" not in document("<script>", "<script>")


class Queue:
    """SQS with the messages that it is given."""

    def __init__(self, *bodies: str) -> None:
        self.waiting = list(bodies)
        self.calls: list[tuple[str, Any]] = []

    def receive_message(self, **_arguments: Any) -> dict[str, Any]:
        """The next message."""
        if not self.waiting:
            time.sleep(0.01)
            return {}
        body = self.waiting.pop(0)
        attributes = {"ApproximateReceiveCount": "2", "SentTimestamp": str(int(time.time() * 1000))}
        return {"Messages": [{"MessageId": "m", "ReceiptHandle": body, "Body": body, "Attributes": attributes}]}

    def delete_message(self, **arguments: Any) -> None:
        """It is done."""
        self.calls.append(("delete", arguments["ReceiptHandle"]))

    def change_message_visibility(self, **arguments: Any) -> None:
        """It is given back."""
        self.calls.append(("back", arguments["VisibilityTimeout"]))


def consume(queue: Queue, perform: Any, usable: Any = lambda: None) -> Consumer:
    """A consumer that has begun."""
    consumer = Consumer(queue, "render", "url", perform, usable, poll=1, retry=10)
    consumer.start()
    return consumer


def wait_for(queue: Queue, calls: int) -> None:
    """Until the queue was called so often."""
    deadline = time.monotonic() + 5
    while len(queue.calls) < calls and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("outcome", "call"),
    [
        (True, "delete"),
        (False, "delete"),
        (BusyError(), ("back", 10)),
        (JobError("no"), ("back", 20)),
        (RuntimeError("bug"), ("back", 20)),
    ],
)
def test_what_becomes_of_a_message(outcome: Any, call: Any) -> None:
    def perform(_job: str) -> bool:
        if isinstance(outcome, Exception):
            raise outcome
        return bool(outcome)

    body = json.dumps({"kind": "render", "id": JOB})
    queue = Queue(body)
    consumer = consume(queue, perform)
    wait_for(queue, 1)
    Consumers([consumer], 60).stop(time.monotonic() + 5)
    assert queue.calls == [("delete", body) if call == "delete" else call]
    assert consumer.problem == ""


def test_messages_stay_in_the_queue_while_a_dependency_is_away() -> None:
    body, back = json.dumps({"kind": "render", "id": JOB}), threading.Event()

    def perform(_job: str) -> bool:
        if not back.is_set():
            raise ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")
        return True

    def usable() -> None:
        if not back.is_set():
            raise ConnectionError("away")

    queue = Queue(body, body)
    consumer = consume(queue, perform, usable)
    wait_for(queue, 1)
    time.sleep(0.1)
    assert len(queue.waiting) == 1  # received one, gave it back, waits
    back.set()
    wait_for(queue, 2)
    Consumers([consumer], 60).stop(time.monotonic() + 5)
    assert [call for call, _value in queue.calls] == ["back", "delete"]


def test_what_cannot_be_finished_in_time_is_released() -> None:
    begun, end = threading.Event(), threading.Event()

    def perform(_job: str) -> bool:
        begun.set()
        return end.wait(10)

    queue = Queue(json.dumps({"kind": "render", "id": JOB}))
    consumers = Consumers([consume(queue, perform)], 0.05)
    assert begun.wait(5)
    time.sleep(0.1)
    assert "no sign of life" in consumers.alive()
    consumers.stop(time.monotonic() + 0.1)
    assert queue.calls == [("back", 0)]
    assert consumers.alive() == ""
    end.set()
