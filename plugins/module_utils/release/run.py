# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying the objects of a release: dry run first or for real, in order, with what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.release import reading
from ansible_collections.creator.platform.plugins.module_utils.rollout import objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import dig, number, text

#: Owns `spec.replicas` of a Deployment from its creation until the autoscaler takes over.
SCALE_MANAGER = "creator.platform-scale"
FORBIDDEN = 403
_NOISE = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")


@dataclass
class Applied:
    """objects: kind, namespace, name, change (created, changed, unchanged, removed), uid, generation, template, replicas.

    diff: before and after by object, for those that differ. unchecked: what a dry run could not ask for, with the reason.
    """

    objects: list[dict[str, Any]] = field(default_factory=list)
    diff: list[dict[str, Any]] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything differs from what was there."""
        return any(row["change"] != "unchanged" for row in self.objects)


def apply_all(
    client: api.Client, manifests: Sequence[Mapping[str, Any]], *, dry_run: bool, by_reading: bool = False
) -> Applied:
    """Server-side apply of all objects in their order. Stops at the first that the API server refuses and raises KubeError.

    A dry run in a namespace that does not exist yet cannot be asked for; its objects are then `unchecked`.
    by_reading: where the caller may not write, a dry run compares what it may read; see `reading`.
    """
    result = Applied()
    missing: dict[str, bool] = {}
    for manifest in manifests:
        kind, meta = manifest["kind"], manifest["metadata"]
        namespace, name = meta.get("namespace", ""), meta["name"]
        gone = dry_run and _no_namespace(client, namespace, missing)
        before = None if gone else api.read(client, kind, namespace, name)
        if gone:
            result.unchecked.append(f"{kind} {namespace}/{name}: namespace {namespace} does not exist yet")
            after: Mapping[str, Any] = manifest
        else:
            after = _applied(client, manifest, before, dry_run=dry_run, by_reading=by_reading)
        if not dry_run:
            after = _initial_scale(client, manifest, manifests, after)
        _note(result, manifest, before, after)
    return result


def _applied(
    client: api.Client,
    manifest: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    *,
    dry_run: bool,
    by_reading: bool,
) -> Mapping[str, Any]:
    try:
        return api.apply(client, manifest, dry_run=dry_run)
    except api.KubeError as error:
        if not (dry_run and by_reading and error.status == FORBIDDEN):
            raise
    return manifest if before is None else reading.applied(before, manifest, api.FIELD_MANAGER)


def remove_all(client: api.Client, references: Sequence[Mapping[str, str]], *, dry_run: bool) -> Applied:
    """Delete objects that a failed release brought and the earlier one does not have; only those of this platform.

    Raises KubeError.
    """
    result = Applied()
    for reference in references:
        kind, namespace, name = reference["kind"], reference["namespace"], reference["name"]
        found = api.read(client, kind, namespace, name)
        if found is None or text(found, "metadata", "labels", "app.kubernetes.io/managed-by") != "creator.platform":
            continue
        if not dry_run:
            api.delete(client, kind, namespace, name, uid=objects.uid(found))
        result.objects.append({"kind": kind, "namespace": namespace, "name": name, "change": "removed"})
        result.diff.append({"before_header": _title(kind, namespace, name), "before": _shown(found), "after": {}})
    return result


def _no_namespace(client: api.Client, namespace: str, missing: dict[str, bool]) -> bool:
    """Asked first: who may read only within the namespace is refused, and not told of nothing, where there is none."""
    if not namespace:
        return False
    if namespace not in missing:
        missing[namespace] = api.read(client, "Namespace", "", namespace) is None
    return missing[namespace]


def _initial_scale(
    client: api.Client, manifest: Mapping[str, Any], manifests: Sequence[Mapping[str, Any]], after: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Start an autoscaled Deployment at its minimum instead of at one replica, which the API server assumes.

    Another field manager writes it: a later apply, which names no replicas, would otherwise reset them to one.
    """
    if manifest["kind"] != "Deployment" or dig(manifest, "spec", "replicas") is not None:
        return after
    meta = manifest["metadata"]
    minimum = next(
        (
            number(other, "spec", "minReplicas") or 1
            for other in manifests
            if other["kind"] == "HorizontalPodAutoscaler"
            and text(other, "spec", "scaleTargetRef", "name") == meta["name"]
        ),
        1,
    )
    if (number(after, "spec", "replicas") or 0) >= minimum:
        return after
    change = {"spec": {"replicas": minimum}}
    return api.merge(client, "Deployment", meta["namespace"], meta["name"], change, manager=SCALE_MANAGER)


def _note(
    result: Applied, manifest: Mapping[str, Any], before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> None:
    kind, namespace, name = manifest["kind"], manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"]
    same = before is not None and _shown(before) == _shown(after)
    row: dict[str, Any] = {
        "kind": kind,
        "namespace": namespace,
        "name": name,
        "change": "unchanged" if same else "changed" if before else "created",
        "uid": objects.uid(after),
        "generation": number(after, "metadata", "generation"),
    }
    if kind == "Deployment":
        row["template"] = objects.fingerprint(dig(after, "spec", "template"))
        row["replicas"] = number(after, "spec", "replicas")
    result.objects.append(row)
    if not same:
        header = _title(kind, namespace, name)
        shown = {"before": _shown(before or {}), "after": _shown(after)}
        result.diff.append({"before_header": header, "after_header": header, **shown})


def _title(kind: str, namespace: str, name: str) -> str:
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def _shown(obj: Mapping[str, Any]) -> dict[str, Any]:
    """The object without what the API server counts and the controllers report."""
    meta = {key: value for key, value in (dig(obj, "metadata") or {}).items() if key not in _NOISE}
    annotations = {key: value for key, value in (meta.get("annotations") or {}).items() if key != objects.REVISION}
    if annotations:
        meta["annotations"] = annotations
    else:
        meta.pop("annotations", None)
    rest = {key: value for key, value in obj.items() if key not in ("metadata", "status")}
    return {"metadata": meta, **rest} if meta or rest else {}
