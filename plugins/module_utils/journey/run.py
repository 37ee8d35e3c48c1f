# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows one post through the platform: written through the load balancer, then looked for wherever it has to arrive."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, explain
from ansible_collections.creator.platform.plugins.module_utils.journey import facts
from ansible_collections.creator.platform.plugins.module_utils.journey.facts import JourneyError
from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.media.picture import picture
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError, Target, connect
from ansible_collections.creator.platform.plugins.module_utils.rollout.redact import redact
from ansible_collections.creator.platform.plugins.module_utils.web.entry import Answer, Entry, WebError, ask

LOG_LINES = 5000
POLL = 0.5


@dataclass(frozen=True)
class World:
    """Everything the journey leads through. patience: seconds until what is done behind a request has to be done."""

    entry: Entry
    database: Target
    s3: Any
    bucket: str
    client: api.Client
    namespace: str
    services: Sequence[str]
    patience: float


class Journey:
    """One post, under one correlation id."""

    def __init__(self, world: World, identifier: str) -> None:
        self._world, self.identifier = world, identifier
        self._post = self._object = ""
        self.steps: list[dict[str, Any]] = []

    def go(self) -> list[dict[str, Any]]:
        """The steps up to the first that came to nothing."""
        for name, work in self._plan():
            began = time.monotonic()
            try:
                message, found = work()
                self.steps.append(facts.step(name, facts.FOUND, time.monotonic() - began, message, found))
            except (JourneyError, WebError, PostgresError, api.KubeError) as error:
                self.steps.append(facts.step(name, facts.MISSING, time.monotonic() - began, str(error)))
                break
            except AWS_ERRORS as error:
                self.steps.append(facts.step(name, facts.MISSING, time.monotonic() - began, str(explain(error))))
                break
        return self.steps

    @property
    def expected(self) -> int:
        """How many steps there are."""
        return len(self._plan())

    def _plan(self) -> list[tuple[str, Callable[[], tuple[str, dict[str, Any]]]]]:
        return [
            ("A page through the load balancer", self._page),
            ("A post written through the api", self._write),
            ("Its row in PostgreSQL", self._row),
            ("Its picture in S3", self._stored),
            ("Its notification, processed by the worker", lambda: self._done("notify")),
            ("Its thumbnail, made by the worker", self._thumbnail),
            ("Its page through the load balancer", self._shown),
            ("One correlation id in all logs", self._logs),
        ]

    # -- through the load balancer

    def _ask(self, method: str, path: str, status: int, body: bytes | None = None, kind: str = "") -> Answer:
        headers = {"X-Correlation-Id": self.identifier, **({"Content-Type": kind} if kind else {})}
        answer = ask(self._world.entry, path, method=method, body=body, headers=headers)
        if answer.status != status:
            raise JourneyError(
                f"{method} {path} answered {answer.status}, expected {status}: {answer.body[:300].decode(errors='replace')}"
            )
        return answer

    def _send(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._ask("POST", path, 201, json.dumps(content).encode(), "application/json")
        found: dict[str, Any] = json.loads(answer.body)
        return found

    def _page(self) -> tuple[str, dict[str, Any]]:
        answer = self._ask("GET", "/", 200)
        if b"<title>" not in answer.body:
            raise JourneyError(f"GET / answered 200 with {len(answer.body)} bytes that are no page")
        release = answer.headers.get("x-release", "")
        return f"GET / answered 200 with {len(answer.body)} bytes", {"url": self._world.entry.url, "release": release}

    def _write(self) -> tuple[str, dict[str, Any]]:
        self._send("/api/creators", facts.creator(self.identifier))
        made = self._send(f"/api/creators/{self.identifier}/posts", facts.post(self.identifier))
        self._post = str(made["public_id"])
        answer = self._ask("POST", f"/api/posts/{self._post}/media?alt=A+journey", 201, picture(), "image/png")
        self._object = str(json.loads(answer.body)["object_key"])
        return f"post {self._post} with a picture", {"post": self._post, "object_key": self._object}

    def _shown(self) -> tuple[str, dict[str, Any]]:
        text = self._ask("GET", f"/posts/{self._post}", 200).body.decode(errors="replace")
        for wanted in (str(facts.post(self.identifier)["title"]), self._object):
            if wanted not in text:
                raise JourneyError(f"GET /posts/{self._post} answered 200 without {wanted!r}")
        return f"GET /posts/{self._post} shows title and picture", {"path": f"/posts/{self._post}"}

    # -- behind it

    def _query(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with connect(self._world.database) as connection:
            found: list[tuple[Any, ...]] = connection.execute(statement, values).fetchall()
            return found

    def _row(self) -> tuple[str, dict[str, Any]]:
        rows = self._query(
            "SELECT p.title, c.handle FROM platform.posts p JOIN platform.creators c ON c.id = p.creator_id "
            "WHERE p.public_id = %s::uuid",
            [self._post],
        )
        wanted = [(facts.post(self.identifier)["title"], self.identifier)]
        if [tuple(row) for row in rows] != wanted:
            raise JourneyError(f"platform.posts has {rows} for {self._post}, expected {wanted}")
        return f"platform.posts has it in {self._world.database.name}", {"title": rows[0][0]}

    def _stored(self) -> tuple[str, dict[str, Any]]:
        found = self._world.s3.get_object(Bucket=self._world.bucket, Key=self._object)
        content = found["Body"].read()
        if content != picture():
            raise JourneyError(
                f"{self._world.bucket}/{self._object} holds {len(content)} bytes that are not the picture's"
            )
        return f"{self._world.bucket}/{self._object} holds the same {len(content)} bytes", {"object_key": self._object}

    def _done(self, kind: str) -> tuple[str, dict[str, Any]]:
        deadline = time.monotonic() + self._world.patience
        while True:
            rows = self._query(
                "SELECT id::text, subject, processed_at, result::text FROM platform.jobs "
                "WHERE kind = %s AND correlation_id = %s AND (kind <> 'notify' OR subject = %s)",
                [kind, self.identifier, self._post],
            )
            undone = [row for row in rows if row[2] is None]
            if rows and not undone:
                return f"job {rows[-1][0]} was processed at {rows[-1][2]:%H:%M:%S}", {"result": rows[-1][3]}
            if time.monotonic() > deadline:
                raise JourneyError(
                    f"of {len(rows)} jobs of kind {kind} under {self.identifier} {len(undone)} were not processed within "
                    f"{self._world.patience:.0f} s"
                )
            time.sleep(POLL)

    def _thumbnail(self) -> tuple[str, dict[str, Any]]:
        self._done("render")
        key = f"renders/{self._object}.webp"
        size = self._world.s3.head_object(Bucket=self._world.bucket, Key=key)["ContentLength"]
        return f"{self._world.bucket}/{key} has {size} bytes", {"object_key": key}

    def _logs(self) -> tuple[str, dict[str, Any]]:
        found = {}
        for service in self._world.services:
            lines = self._lines(service)
            if not lines:
                raise JourneyError(f"no pod of {service} has {self.identifier} in its last {LOG_LINES} lines of log")
            found[service] = {"lines": len(lines), "last": redact(lines[-1])[:600]}
        counts = ", ".join(f"{service} {each['lines']}" for service, each in found.items())
        return f"lines with {self.identifier}: {counts}", found

    def _lines(self, service: str) -> list[str]:
        client, namespace = self._world.client, self._world.namespace
        pods = api.list_objects(client, "Pod", namespace, labels=f"app.kubernetes.io/name={service}").items
        return [
            line
            for pod in pods
            if pod.get("status", {}).get("phase") == "Running"
            for line in api.logs(client, namespace, pod["metadata"]["name"], service, previous=False, lines=LOG_LINES)
            if self.identifier in line
        ]
