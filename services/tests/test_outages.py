"""Dependencies that go away and come back, and processes that are told to end while they are at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from publishing.api import store
from publishing.api.relay import Relay
from publishing.common import database
from publishing.common.config import DatabaseSettings
from tests.support import Cloud, Proxy, Service, until
from tests.test_platform import sign_up


def test_readiness_follows_the_database_and_liveness_does_not(cloud: Cloud) -> None:
    values = cloud.environment
    proxy = Proxy((values["DATABASE_HOST"], int(values["DATABASE_PORT"])))
    impatient = {"drain_delay_seconds": 0, "ready_timeout_seconds": 1, "answer_seconds": 3, "poll_seconds": 1}
    services = [Service(name, values, database_port=proxy.port, **impatient) for name in ("api", "worker")]
    try:
        for mode in ("refuse", "hang"):
            for service in services:
                until(lambda service=service: service.status("/readyz") == 200)
            assert services[0].status("/creators") == 200  # on a connection that stays open
            proxy.out_of_reach(mode)
            for service in services:
                until(lambda service=service: service.status("/readyz") == 503)
                began = time.monotonic()
                answer = httpx.get(f"{service.url}/readyz", timeout=10).json()
                assert time.monotonic() - began < 5
                assert answer["checks"]["database"]["ok"] is False
                assert answer["checks"]["database"]["reason"]
                assert service.status("/livez") == 200
            refused = httpx.get(f"{services[0].url}/creators", timeout=20)
            assert refused.status_code == 503
            assert refused.headers["Retry-After"]
            proxy.back()
        for service in services:
            until(lambda service=service: service.status("/readyz") == 200)
        assert services[0].status("/creators") == 200
    finally:
        codes = [service.stop() for service in services]
    assert codes == [0, 0]


def test_web_is_not_ready_without_the_api_and_says_so_on_a_page(cloud: Cloud) -> None:
    api = Service("api", cloud.environment, drain_delay_seconds=0)
    web = Service("web", {}, api_url=api.url, drain_delay_seconds=0).started()
    try:
        api.started()
        assert web.status("/readyz") == 200
        assert api.stop() == 0
        assert web.status("/readyz") == 503
        assert web.status("/livez") == 200
        page = httpx.get(web.url)
        assert page.status_code == 503
        assert page.headers["X-Request-Id"] in page.text
    finally:
        assert web.stop() == 0


class Load:
    """Clients that keep their connections and ask until told to stop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.stop = threading.Event()
        self.statuses: list[tuple[float, int]] = []

    def run(self) -> None:
        """One client."""
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self.stop.is_set():
                status = client.get("/creators").status_code
                self.statuses.append((time.monotonic(), status))


def slow_body(seconds: float) -> Iterator[bytes]:
    """A body that takes its time."""
    for _number in range(10):
        yield b"x" * 100
        time.sleep(seconds / 10)


def test_sigterm_under_requests_loses_none(cloud: Cloud) -> None:
    api = Service("api", cloud.environment, drain_delay_seconds=1.5).started()
    until(lambda: api.status("/readyz") == 200)
    post = httpx.post(f"{api.url}/creators/{sign_up(api)}/posts", json={"title": "T", "body": "B"}).json()["public_id"]
    load = Load(api.url)
    with ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(load.run) for _number in range(6)]
        upload = pool.submit(
            httpx.post,
            f"{api.url}/posts/{post}/media",
            content=slow_body(3),
            headers={"Content-Type": "image/png"},
            timeout=30,
        )
        until(lambda: len(load.statuses) > 50)
        told = time.monotonic()
        api.process.terminate()
        # What a load balancer does: it goes on until a readiness probe fails, and a little longer.
        until(lambda: api.status("/readyz") == 503)
        time.sleep(0.5)
        load.stop.set()
        for client in clients:
            client.result()  # raises what a client met: a connection that was refused or cut
        assert api.process.poll() is None
        assert upload.result().status_code == 201
    assert {status for _moment, status in load.statuses} == {200}
    assert sum(moment > told + 0.2 for moment, _status in load.statuses) > 3
    assert api.process.wait(60) == 0
    assert api.status("/livez") == 0


def test_a_request_that_takes_too_long_is_cut_off_and_reported(cloud: Cloud) -> None:
    api = Service("api", cloud.environment, drain_delay_seconds=0, drain_limit_seconds=1).started()
    post = httpx.post(f"{api.url}/creators/{sign_up(api)}/posts", json={"title": "T", "body": "B"}).json()["public_id"]

    def upload() -> int:
        headers = {"Content-Type": "image/png"}
        try:
            return httpx.post(f"{api.url}/posts/{post}/media", content=slow_body(6), headers=headers).status_code
        except httpx.TransportError:
            return 0

    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(upload)
        until(lambda: "http_requests_in_flight 2.0" in httpx.get(f"{api.url}/metrics").text)
        assert api.stop() == 1
        assert sent.result() in {0, 500}
    assert api.logged(level="error", requests=1)


class Broken:
    """SQS out of reach."""

    def send_message(self, **_arguments: object) -> None:
        """Fails as a client of AWS does."""
        from botocore.exceptions import EndpointConnectionError

        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


def test_jobs_that_could_not_be_queued_are_queued_later(cloud: Cloud) -> None:
    settings = DatabaseSettings(
        **{name.lower(): value for name, value in cloud.environment.items() if "DATABASE" in name}
    )
    engine = database.engine(settings, application="test", pool=2)
    queue = cloud.client("sqs").create_queue(QueueName="apart")["QueueUrl"]
    with engine.begin() as connection:
        job = store._job(connection, "render", "nothing")
        others = [str(row[0]) for row in cloud.rows("SELECT id FROM jobs WHERE sent_at IS NULL")]
    assert not others
    Relay(engine, Broken(), {"render": queue}, 5).send([job])
    cloud.rows("UPDATE jobs SET created_at = now() - interval '1 minute' WHERE id = %s RETURNING 1", job)
    assert cloud.rows("SELECT sent_at FROM jobs WHERE id = %s", job) == [(None,)]
    relay = Relay(engine, cloud.client("sqs"), {"render": queue}, 5)
    relay.sweep()
    relay.sweep()
    found = cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [job in message["Body"] for message in found] == [True]
    assert cloud.rows("SELECT sent_at IS NOT NULL FROM jobs WHERE id = %s", job) == [(True,)]
    engine.dispose()
