# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the migrations of a release on a cluster, one after the other, each to its verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.migration import verdict as rules
from ansible_collections.creator.platform.plugins.module_utils.rollout import evidence, objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.document import iso
from ansible_collections.creator.platform.plugins.module_utils.rollout.images import digest_of
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import FAILED, PROGRESSING, SUCCEEDED
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import dig, items, text
from ansible_collections.creator.platform.plugins.module_utils.rollout.redact import redact

LINES = 100


def migrate(
    client: api.Client,
    wanted: Sequence[Mapping[str, Any]],
    *,
    interval: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> list[dict[str, Any]]:
    """A document for each Job among the objects, up to the first that did not end well. Raises KubeError.

    A Job that has ended well before is not run again; one that has failed before is removed and run anew.
    """
    found: list[dict[str, Any]] = []
    for manifest in wanted:
        if manifest["kind"] != "Job":
            api.apply(client, manifest)
            continue
        found.append(_run(client, manifest, interval, clock, sleep))
        if found[-1]["verdict"] != SUCCEEDED:
            break
    return found


def _run(
    client: api.Client,
    manifest: Mapping[str, Any],
    interval: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> dict[str, Any]:
    namespace, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
    patience = rules.Patience(timeout=float(manifest["spec"]["activeDeadlineSeconds"]) + 30)
    before = api.read(client, "Job", namespace, name)
    if before is not None and objects.is_true(before, "Failed"):
        api.delete(client, "Job", namespace, name, uid=objects.uid(before))
        gone = clock() + patience.start
        while api.read(client, "Job", namespace, name) is not None and clock() < gone:
            sleep(interval)
        before = None
    ran = before is None or not objects.is_true(before, "Complete")
    uid = objects.uid(api.apply(client, manifest) if ran or before is None else before)
    started = clock()
    while True:
        job, pods = _look(client, namespace, name, uid)
        verdict = rules.verdict(uid, job, pods, clock() - started, patience)
        if verdict.state != PROGRESSING:
            break
        sleep(interval)
    lines, note = _logs(client, namespace, pods)
    message = verdict.message
    if verdict.state == FAILED and lines:
        message = f"{message}: {evidence.complaint(lines)}"
    return {
        "job": name,
        "namespace": namespace,
        "image": digest_of(text(items(manifest, "spec", "template", "spec", "containers")[0], "image")),
        "verdict": verdict.state,
        "reason": verdict.reason,
        "message": message,
        "ran": ran,
        "started": iso(started),
        "finished": iso(clock()),
        "seconds": round(clock() - started, 3),
        "pods": [objects.name(pod) for pod in pods],
        "logs": lines,
        "note": note,
    }


def _look(
    client: api.Client, namespace: str, name: str, uid: str
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    job = api.read(client, "Job", namespace, name)
    pods = api.list_objects(client, "Pod", namespace, labels=f"batch.kubernetes.io/controller-uid={uid}").items
    return job, sorted(pods, key=lambda pod: str(dig(pod, "metadata", "creationTimestamp")))


def _logs(client: api.Client, namespace: str, pods: Sequence[Mapping[str, Any]]) -> tuple[list[str], str]:
    """The last lines of the last pod, and why there are none."""
    if not pods:
        return [], "there is no pod any more that could tell"
    pod = pods[-1]
    container = text(items(pod, "spec", "containers")[0], "name")
    try:
        lines = api.logs(client, namespace, objects.name(pod), container, previous=False, lines=LINES)
    except api.KubeError as error:
        return [], f"no logs: {redact(str(error))}"
    return [redact(line) for line in lines], ""
