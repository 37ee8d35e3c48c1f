"""The three services together, as processes, against a real PostgreSQL and an emulated AWS."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.support import Cloud, Service, until

Services = dict[str, Service]


def sign_up(api: Service, **more: Any) -> str:
    """The handle of a new creator."""
    handle = f"creator-{uuid.uuid4().hex[:8]}"
    body = {
        "handle": handle,
        "display_name": "Ada <Byron>",
        "email": "ada@example.com",
        "country": "GB",
        "monthly_price": "4.99",
    }
    assert httpx.post(f"{api.url}/creators", json=body | more).status_code == 201
    return handle


def picture() -> bytes:
    """A PNG."""
    target = io.BytesIO()
    Image.new("RGB", (1600, 900), (154, 59, 38)).save(target, "PNG")
    return target.getvalue()


def test_a_post_is_stored_rendered_notified_and_shown_under_one_correlation_id(
    cloud: Cloud, services: Services
) -> None:
    api, web, worker = services["api"], services["web"], services["worker"]
    handle, known = sign_up(api), {"X-Correlation-Id": "one-id-for-all"}
    subscribed = httpx.post(f"{api.url}/creators/{handle}/subscriptions", json={"email": "reader@example.net"})
    assert subscribed.status_code == 201
    content = picture()

    made = httpx.post(
        f"{api.url}/creators/{handle}/posts", json={"title": "Maps <1>", "body": "One.\n\nTwo & three."}, headers=known
    )
    assert made.status_code == 201
    assert made.headers["X-Correlation-Id"] == "one-id-for-all"
    post = made.json()["public_id"]
    added = httpx.post(
        f"{api.url}/posts/{post}/media",
        params={"alt": "A map"},
        content=content,
        headers=known | {"Content-Type": "image/png"},
    ).json()

    [(title, media, checksum)] = cloud.rows(
        "SELECT p.title, m.object_key, m.checksum FROM posts p JOIN media m ON m.post_id = p.id WHERE p.public_id = %s",
        post,
    )
    assert (title, media) == ("Maps <1>", added["object_key"])
    s3 = cloud.client("s3")
    kept = s3.get_object(Bucket="laptop-media", Key=media)["Body"].read()
    assert kept == content
    assert hashlib.sha256(kept).digest() == bytes(checksum)

    def done() -> Any:
        jobs = httpx.get(f"{api.url}/posts/{post}").json()["jobs"]
        return jobs if all(job["processed_at"] for job in jobs) else None

    assert sorted(job["kind"] for job in until(done)) == ["notify", "render", "render"]
    assert cloud.rows("SELECT result FROM jobs WHERE subject = %s AND kind = 'notify'", post) == [
        ({"event": "post", "recipients": 1},)
    ]
    page = s3.get_object(Bucket="laptop-media", Key=f"renders/posts/{post}.html")["Body"].read().decode()
    assert "<h1>Maps &lt;1&gt;</h1><p>One.</p><p>Two &amp; three.</p>" in page

    shown = httpx.get(f"{web.url}/posts/{post}", headers=known)
    assert "Maps &lt;1&gt;" in shown.text
    assert f'src="/{media}?size=thumbnail" alt="A map"' in shown.text
    small = httpx.get(f"{web.url}/{media}", params={"size": "thumbnail"})
    assert small.headers["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(small.content)).size == (640, 360)
    assert handle in httpx.get(f"{web.url}/creators/{handle}").text or "Ada" in shown.text

    for service in (api, web, worker):
        assert until(lambda service=service: service.logged(correlation_id="one-id-for-all")), service.url
    assert len(worker.logged(correlation_id="one-id-for-all", outcome="done")) == 3
    assert web.logged(correlation_id="one-id-for-all")[0]["request_id"] in {
        line["request_id"] for line in api.logged(correlation_id="one-id-for-all")
    }


def test_subscribers_posts_and_drafts_are_not_given_away(services: Services) -> None:
    api, web = services["api"], services["web"]
    handle = sign_up(api)

    def write(visibility: str) -> str:
        body = {"title": "T", "body": "secret text", "visibility": visibility}
        return str(httpx.post(f"{api.url}/creators/{handle}/posts", json=body).json()["public_id"])

    page = httpx.get(f"{web.url}/posts/{write('subscribers')}")
    assert page.status_code == 200
    assert "secret text" not in page.text
    assert httpx.get(f"{web.url}/posts/{write('draft')}").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/creators", {"handle": "A"}, {}, 422),
        ("/creators/nobody/posts", {"title": "T", "body": "B"}, {}, 404),
        ("/payments", {"subscription_id": 10**9}, {"Idempotency-Key": "to-nobody"}, 404),
        ("/payments", {"subscription_id": 1}, {}, 400),
        ("/posts/no-uuid/media", {}, {}, 415),
        ("/posts/no-uuid/media", {}, {"Content-Type": "image/png"}, 404),
    ],
)
def test_what_is_wrong_is_refused_and_said(
    services: Services, path: str, body: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    answer = httpx.post(
        services["api"].url + path, content=json.dumps(body), headers={"Content-Type": "application/json", **headers}
    )
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


def test_a_payment_is_made_once_for_a_key(cloud: Cloud, services: Services) -> None:
    api = services["api"]
    handle = sign_up(api, monthly_price="10.00")
    subscription = httpx.post(f"{api.url}/creators/{handle}/subscriptions", json={"email": "r@example.net"}).json()[
        "id"
    ]

    def pay(key: str, **more: Any) -> httpx.Response:
        body = {"subscription_id": subscription} | more
        return httpx.post(f"{api.url}/payments", json=body, headers={"Idempotency-Key": key}, timeout=20)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: pay("same-key"), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({json.dumps(answer.json(), sort_keys=True) for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert (answers[0].json()["amount"], answers[0].json()["fee"]) == ("10.00", "0.59")
    assert cloud.rows("SELECT count(*) FROM payments WHERE subscription_id = %s", subscription) == [(1,)]
    subject = f"payment-{answers[0].json()['id']}"
    assert cloud.rows("SELECT count(*) FROM jobs WHERE subject = %s", subject) == [(1,)]

    assert pay("same-key", amount="1.00").status_code == 422
    assert pay("other-key", amount="1.00").json()["amount"] == "1.00"
    assert cloud.rows("SELECT count(*) FROM payments WHERE subscription_id = %s", subscription) == [(2,)]


def test_everything_that_is_written_is_written_once_for_a_key(cloud: Cloud, services: Services) -> None:
    api, handle = services["api"], f"creator-{uuid.uuid4().hex[:8]}"

    def send(key: str, path: str, body: dict[str, Any] | bytes, **more: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "Content-Type": "image/png" if isinstance(body, bytes) else "application/json",
            "Idempotency-Key": key,
        }
        return httpx.post(api.url + path, content=content, headers=headers, timeout=20, **more)

    def once(key: str, path: str, body: dict[str, Any] | bytes, **more: Any) -> dict[str, Any]:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _number: send(f"{handle}-{key}", path, body, **more), range(4)))
        assert {answer.status_code for answer in answers} == {201}, answers[0].text
        assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
        assert len({json.dumps(answer.json(), sort_keys=True) for answer in answers}) == 1
        found: dict[str, Any] = answers[0].json()
        return found

    def media() -> set[str]:
        pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket="laptop-media", Prefix="media/")
        return {each["Key"] for page in pages for each in page.get("Contents", [])}

    before = media()
    creator = {
        "handle": handle,
        "display_name": "A",
        "email": "a@example.com",
        "country": "GB",
        "monthly_price": "1.00",
    }
    once("creator", "/creators", creator)
    draft = {"title": "T", "body": "B", "visibility": "draft"}
    post = once("post", f"/creators/{handle}/posts", draft)["public_id"]
    once("subscription", f"/creators/{handle}/subscriptions", {"email": "r@example.net"})
    key = once("medium", f"/posts/{post}/media", picture(), params={"alt": "A map"})["object_key"]

    counted = "SELECT count(*) FROM {} t JOIN creators c ON c.id = t.creator_id WHERE c.handle = %s"
    assert [cloud.rows(counted.format(table), handle) for table in ("posts", "subscriptions")] == [[(1,)], [(1,)]]
    assert cloud.rows(
        "SELECT m.object_key FROM media m JOIN posts p ON p.id = m.post_id WHERE p.public_id = %s", post
    ) == [(key,)]
    assert media() - before == {key}, "no object is left that no row names"

    assert send(f"{handle}-creator", "/creators", creator | {"country": "IE"}).status_code == 422
    assert send("another", "/creators", creator).status_code == 409
    assert send(f"{handle}-post", f"/creators/{handle}/subscriptions", {"email": "r@example.net"}).status_code == 422
    assert send(f"{handle}-medium", f"/posts/{post}/media", picture(), params={"alt": "?"}).status_code == 422
    refused = send("not fit to be a key", f"/creators/{handle}/posts", draft)
    assert (refused.status_code, cloud.rows(counted.format("posts"), handle)) == (400, [(1,)])


def test_a_message_that_nobody_can_do_ends_in_the_dead_letter_queue(cloud: Cloud, services: Services) -> None:
    api, sqs = services["api"], cloud.client("sqs")
    post = httpx.post(
        f"{api.url}/creators/{sign_up(api)}/posts", json={"title": "Broken", "body": "picture", "visibility": "draft"}
    ).json()["public_id"]
    httpx.post(f"{api.url}/posts/{post}/media", content=b"no picture", headers={"Content-Type": "image/png"})
    sqs.send_message(QueueUrl=cloud.environment["RENDERS_QUEUE_URL"], MessageBody="no json")
    dead, found = sqs.get_queue_url(QueueName="laptop-renders-dlq")["QueueUrl"], []

    def both() -> bool:
        found.extend(sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", []))
        return len(found) >= 2

    until(both)
    assert len(services["worker"].logged(level="error", received=3)) >= 2
    assert cloud.rows("SELECT processed_at FROM jobs WHERE subject = %s", post) == [(None,)]


def test_metrics_tell_rate_errors_duration_queues_and_business(services: Services) -> None:
    api, web, worker = (httpx.get(f"{services[name].url}/metrics").text for name in ("api", "web", "worker"))
    assert 'http_requests_total{method="POST",route="/creators/{handle}/posts",status="201"}' in api
    assert 'http_request_duration_seconds_bucket{le="0.1",method="POST",route="/payments"}' in api
    for name in (
        "platform_signups_total",
        'platform_posts_total{visibility="public"}',
        'platform_payments_total{state="settled"}',
    ):
        assert f"{name} 0.0" not in api
        assert name in api
    assert 'route="/posts/{post}",status="200"' in web
    for name in (
        "platform_jobs_total",
        "platform_message_age_seconds_bucket",
        "platform_queue_oldest_seconds",
        "platform_queue_messages",
    ):
        assert name in worker


def test_no_log_holds_the_password(cloud: Cloud, services: Services) -> None:
    password = cloud.environment["DATABASE_PASSWORD"]
    for service in services.values():
        assert not [line for line in service.lines if password in json.dumps(line)]
