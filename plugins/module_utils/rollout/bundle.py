# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole release as one bundle: its record, its objects, and what has to be verified once they are applied."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.rollout import manifests
from ansible_collections.creator.platform.plugins.module_utils.rollout.images import digest_of
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import canonical, dig, items, text
from ansible_collections.creator.platform.plugins.module_utils.rollout.release import (
    ANNOTATION,
    ReleaseError,
    check,
    digest,
    record,
)

KEY = "manifests"


@dataclass(frozen=True)
class Bundle:
    """record: id and services of the release. objects: what is applied, the bundle's own ConfigMap first.

    migrations: what is applied and has to end well before: for a return to this release nothing of it is kept.
    """

    record: dict[str, Any]
    objects: list[dict[str, Any]]
    migrations: list[dict[str, Any]]


def build(
    release: Any,
    services: Mapping[str, Any],
    repositories: Mapping[str, str],
    namespace: str,
    outputs: Mapping[str, Mapping[str, str]],
) -> Bundle:
    """The bundle of a release. Raises ReleaseError before anything is made of an incomplete or contradictory one.

    outputs: what other components published, by component and key.
    """
    digests = check(release, services)
    parts, described, migrations = [], {}, []
    for name in sorted(services):
        full = manifests.complete(name, services[name], outputs)
        repository = repositories.get(name)
        if not repository:
            raise ReleaseError(f"service {name} has no repository: the component registry publishes none for it")
        image = f"{repository}@{digests[name]}"
        parts.extend(manifests.render(name, full, image, namespace))
        migrations.extend(manifests.render_migration(name, full, image, namespace))
        described[name] = {"image": image, "digest": digests[name], "config_hash": digest(full)[:16]}
    found = record(described, parts, migrations)
    objects = stamped(found["id"], [_keep(found["id"], parts, namespace), *parts])
    return Bundle(found, objects, stamped(found["id"], migrations))


def stamped(release: str, objects: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The objects with the release's id on each of them, but not on pod templates: an unchanged service does not roll."""
    marked = []
    for obj in objects:
        new = copy.deepcopy(dict(obj))
        new["metadata"].setdefault("annotations", {})[ANNOTATION] = release
        marked.append(new)
    return marked


def bundle_name(release: str) -> str:
    """Name of the ConfigMap that keeps a release's objects in the cluster."""
    return f"release-{release}"


def _keep(release: str, parts: Sequence[Mapping[str, Any]], namespace: str) -> dict[str, Any]:
    """The objects as an immutable ConfigMap, so that a rollback restores all of them and not only the pod template."""
    labels = {"app.kubernetes.io/managed-by": "creator.platform", "creator.platform/bundle": "release"}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": bundle_name(release), "namespace": namespace, "labels": labels},
        "immutable": True,
        "data": {KEY: canonical(list(parts))},
    }


def restore(found: Mapping[str, Any], config_map: Mapping[str, Any] | None, namespace: str) -> list[dict[str, Any]]:
    """The objects of a recorded release from the cluster's ConfigMap, if they are what the record says.

    Raises ReleaseError when they are gone or differ.
    """
    release = str(found["id"])
    kept = text(config_map, "data", KEY)
    if not kept:
        raise ReleaseError(
            f"the objects of release {release} are not in the cluster (ConfigMap {namespace}/{bundle_name(release)})"
        )
    try:
        parts = json.loads(kept)
    except ValueError:
        parts = None
    if digest(parts) != found.get("manifests"):
        raise ReleaseError(
            f"ConfigMap {namespace}/{bundle_name(release)} is not what was recorded for release {release}"
        )
    return stamped(release, [_keep(release, parts, namespace), *parts])


def workloads(objects: Sequence[Mapping[str, Any]], applied: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What to verify: each Deployment with its images from what was meant, and its identity from what the API server returned.

    applied: uid, generation, template and replicas by kind, namespace and name.
    """
    minimum = {
        text(obj, "spec", "scaleTargetRef", "name"): dig(obj, "spec", "minReplicas") or 1
        for obj in objects
        if obj["kind"] == "HorizontalPodAutoscaler"
    }
    known = {(a["kind"], a["namespace"], a["name"]): a for a in applied}
    found = []
    for obj in objects:
        if obj["kind"] != "Deployment":
            continue
        meta, pod = obj["metadata"], dig(obj, "spec", "template", "spec")
        containers = items(pod, "initContainers") + items(pod, "containers")
        result = known.get(("Deployment", meta["namespace"], meta["name"]), {})
        found.append(
            {
                "kind": "Deployment",
                "namespace": meta["namespace"],
                "name": meta["name"],
                "images": {text(c, "name"): digest_of(text(c, "image")) for c in containers},
                "min_replicas": minimum.get(meta["name"], 0),
                **{key: result[key] for key in ("uid", "generation", "template", "replicas") if key in result},
            }
        )
    return found


def leftovers(objects: Sequence[Mapping[str, Any]], earlier: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Objects of the failed release that the earlier one does not have, ConfigMaps aside: older releases may need those."""
    kept = {_reference(obj) for obj in earlier}
    gone = [_reference(obj) for obj in objects if obj["kind"] != "ConfigMap" and _reference(obj) not in kept]
    return [{"kind": kind, "namespace": namespace, "name": name} for kind, namespace, name in gone]


def _reference(obj: Mapping[str, Any]) -> tuple[str, str, str]:
    return obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
