# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Kubernetes adapter against scripted answers: pages, errors, field managers, preconditions."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("kubernetes")

import urllib3
from ansible_collections.creator.platform.plugins.module_utils.kube import api
from kubernetes.client.exceptions import ApiException


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


def test_a_list_is_read_page_by_page():
    pages = (
        {"items": [{"metadata": {"name": "a"}}], "metadata": {"continue": "next", "resourceVersion": "1"}},
        {"items": [{"metadata": {"name": "b"}}], "metadata": {"resourceVersion": "1"}},
    )
    server = Server(*pages)
    listing = api.list_objects(server, "Pod", "shop", labels="app=web")
    assert [item["metadata"]["name"] for item in listing.items] == ["a", "b"]
    assert listing.resource_version == "1"
    assert listing.server_time == 1795521600.0
    assert server.asked[0][1] == "/api/v1/namespaces/shop/pods"
    assert server.asked[0][2] == {"limit": "500", "labelSelector": "app=web"}
    assert server.asked[1][2]["continue"] == "next"


@pytest.mark.parametrize(
    ("error", "status", "passing"),
    [
        (refused(403, "Forbidden", "no"), 403, False),
        (refused(404, "NotFound", "gone"), 404, False),
        (refused(422, "Invalid", "bad"), 422, False),
        (refused(401, "Unauthorized"), 401, True),
        (refused(410, "Expired"), 410, True),
        (refused(429, "TooManyRequests", retry_after="3"), 429, True),
        (refused(503), 503, True),
        (urllib3.exceptions.ProtocolError("reset"), 0, True),
        (ConnectionRefusedError("refused"), 0, True),
    ],
)
def test_every_refusal_is_one_exception_that_knows_whether_it_passes(error, status, passing):
    with pytest.raises(api.KubeError) as caught:
        api.list_objects(Server(error), "Pod", "shop")
    assert (caught.value.status, caught.value.passing) == (status, passing)
    assert caught.value.retry_after == (3.0 if status == 429 else None)
    assert "/pods" in str(caught.value)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b""])
def test_an_answer_that_is_no_object_is_an_error(answer):
    with pytest.raises(api.KubeError):
        api.list_objects(Server(answer), "Pod", "shop")


def test_reading_what_is_not_there_gives_none_and_other_errors_stay():
    assert api.read(Server(refused(404)), "Deployment", "shop", "web") is None
    with pytest.raises(api.KubeError):
        api.read(Server(refused(403)), "Deployment", "shop", "web")


def test_deleting_holds_on_to_the_uid():
    server = Server({})
    assert api.delete(server, "Service", "shop", "web", uid="u1")
    assert server.asked[0][3]["preconditions"] == {"uid": "u1"}
    assert not api.delete(Server(refused(404)), "Service", "shop", "web", uid="u1")


def test_an_unknown_kind_and_a_broken_authority_are_named():
    with pytest.raises(api.KubeError, match="kind Gadget is not supported"):
        api.path_of("Gadget")
    for broken in ("%%%", base64.b64encode(b"no certificate").decode()):
        with pytest.raises(api.KubeError, match="certificate authority"):
            api.connect("https://cluster.test", broken, "t")


def test_a_log_whose_container_the_kubelet_removed_is_no_log():
    """The answer has status 200, and the error in the place of the log."""
    gone = b"unable to retrieve container logs for containerd://f63dd2d753c1b0e2"
    wanted = {"previous": True, "lines": 25}
    with pytest.raises(api.KubeError, match="pods/web-1/log: unable to retrieve container logs") as caught:
        api.logs(Server(gone), "shop", "web-1", "web", **wanted)
    assert caught.value.reason == "Removed"
    assert api.logs(Server(b"begun\nended\n" + gone), "shop", "web-1", "web", **wanted) == ["begun", "ended"]
    said = b"job 7: unable to retrieve container logs for containerd://f63dd2d753c1b0e2\n"
    assert api.logs(Server(said), "shop", "web-1", "web", **wanted) == [said.decode().strip()]
    assert api.logs(Server(b""), "shop", "web-1", "web", **wanted) == []
