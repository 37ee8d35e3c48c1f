# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying a release against scripted answers: what counts as a change, dry runs, scale, what may be removed."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("kubernetes")

from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.release import run as applying
from kubernetes.client.exceptions import ApiException

NAMESPACE = {"kind": "Namespace", "metadata": {"name": "shop"}}


class Server:
    """Stands for the client: answers in order, and notes what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.configuration = SimpleNamespace(host="https://cluster.test")

    def call_api(self, path, method, *, query_params, header_params, body, **_rest):
        """The next answer."""
        self.asked.append((method, path, dict(query_params), body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return SimpleNamespace(read=lambda: content, headers={"Date": "Tue, 24 Nov 2026 12:00:00 GMT"})


def refused(status: int, reason: str = "", message: str = "", retry_after: str | None = None) -> ApiException:
    error = ApiException(status=status, reason="HTTP")
    error.body = json.dumps({"reason": reason, "message": message})
    error.headers = {"Retry-After": retry_after} if retry_after else {}
    return error


def manifest(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def live(obj: dict[str, Any], **meta: Any) -> dict[str, Any]:
    return {**obj, "metadata": {**obj["metadata"], "uid": "u", "resourceVersion": "9", **meta}, "status": {"x": 1}}


def test_what_the_server_counts_is_no_change():
    service = manifest("Service", "web", ports=[])
    server = Server(live(service, resourceVersion="1"), live(service, resourceVersion="2", generation=3))
    applied = applying.apply_all(server, [service], dry_run=False)
    assert not applied.changed
    assert applied.objects[0]["change"] == "unchanged"
    assert server.asked[1][2] == {"fieldManager": "creator.platform", "force": "true", "fieldValidation": "Strict"}


def test_a_change_is_shown_and_a_dry_run_says_so_to_the_server():
    before, after = manifest("Service", "web", a=1), manifest("Service", "web", a=2)
    server = Server(NAMESPACE, live(before), live(after))
    applied = applying.apply_all(server, [after], dry_run=True)
    assert applied.changed
    assert applied.diff[0]["before"]["spec"] == {"a": 1}
    assert applied.diff[0]["after"]["spec"] == {"a": 2}
    assert server.asked[2][2]["dryRun"] == "All"


def test_a_dry_run_in_a_namespace_that_is_not_there_asks_nothing_of_it():
    server = Server(refused(404))
    applied = applying.apply_all(server, [manifest("Service", "a"), manifest("Service", "b")], dry_run=True)
    assert len(applied.unchecked) == 2
    assert [row["change"] for row in applied.objects] == ["created", "created"]
    assert all(method == "GET" for method, *_rest in server.asked)


def test_who_may_only_read_compares_what_is_read():
    before, wanted = (
        live(manifest("ResourceQuota", "q", hard={"pods": "1"})),
        manifest("ResourceQuota", "q", hard={"pods": "2"}),
    )
    server = Server(NAMESPACE, before, refused(403), refused(404), refused(403))
    asked = {"dry_run": True, "by_reading": True}
    applied = applying.apply_all(server, [wanted, manifest("ResourceQuota", "new")], **asked)
    assert [row["change"] for row in applied.objects] == ["changed", "created"]
    assert applied.diff[0]["after"]["spec"] == {"hard": {"pods": "2"}}
    assert not applying.apply_all(
        Server(NAMESPACE, before, refused(403)), [manifest("ResourceQuota", "q", hard={"pods": "1"})], **asked
    ).changed


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (403, {"dry_run": True}),
        (403, {"dry_run": False, "by_reading": True}),
        (409, {"dry_run": True, "by_reading": True}),
    ],
)
def test_every_other_refusal_is_told(status, asked):
    answers = [NAMESPACE] if asked["dry_run"] else []
    answers += [live(manifest("Service", "a")), refused(status)]
    with pytest.raises(api.KubeError):
        applying.apply_all(Server(*answers), [manifest("Service", "a")], **asked)


def test_an_autoscaled_deployment_starts_at_its_minimum_by_another_manager():
    deployment = manifest("Deployment", "web", template={"spec": {}})
    scaler = manifest("HorizontalPodAutoscaler", "web", scaleTargetRef={"name": "web"}, minReplicas=3)
    created = live(manifest("Deployment", "web", replicas=1, template={"spec": {}}), generation=1)
    scaled = live(manifest("Deployment", "web", replicas=3, template={"spec": {}}), generation=2)
    server = Server(refused(404), created, scaled, refused(404), live(scaler))
    applied = applying.apply_all(server, [deployment, scaler], dry_run=False)
    assert server.asked[2][2] == {"fieldManager": "creator.platform-scale"}
    assert server.asked[2][3] == {"spec": {"replicas": 3}}
    assert (applied.objects[0]["generation"], applied.objects[0]["replicas"]) == (2, 3)


def test_an_autoscaled_deployment_that_runs_is_left_alone():
    deployment = manifest("Deployment", "web", template={"spec": {}})
    running = live(manifest("Deployment", "web", replicas=5, template={"spec": {}}))
    server = Server(running, running)
    assert applying.apply_all(server, [deployment], dry_run=False).objects[0]["replicas"] == 5


def test_only_objects_of_the_platform_are_removed():
    ours = live(manifest("Service", "search"), labels={"app.kubernetes.io/managed-by": "creator.platform"})
    server = Server(ours, {}, live(manifest("Service", "search")), refused(404))
    reference = {"kind": "Service", "namespace": "shop", "name": "search"}
    removed = applying.remove_all(server, [reference] * 3, dry_run=False)
    assert [method for method, *_rest in server.asked] == ["GET", "DELETE", "GET", "GET"]
    assert [row["change"] for row in removed.objects] == ["removed"]
