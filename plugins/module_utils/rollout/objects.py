# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading Kubernetes objects without trusting them: a missing or malformed field is None, never a default that looks good."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Object

REVISION = "deployment.kubernetes.io/revision"
TEMPLATE_HASH = "pod-template-hash"


def dig(obj: Any, *path: str) -> Any:
    """The value under `path` of nested mappings, None where any step is missing or no mapping."""
    for key in path:
        if not isinstance(obj, Mapping):
            return None
        obj = obj.get(key)
    return obj


def text(obj: Any, *path: str) -> str:
    """The string under `path`, empty when missing or of another type."""
    value = dig(obj, *path)
    return value if isinstance(value, str) else ""


def number(obj: Any, *path: str) -> int | None:
    """The whole number under `path`, None when missing or of another type (a bool is another type)."""
    value = dig(obj, *path)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def items(obj: Any, *path: str) -> list[Mapping[str, Any]]:
    """The mappings of the list under `path`, none when missing."""
    value = dig(obj, *path)
    return (
        [item for item in value if isinstance(item, Mapping)]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else []
    )


def moment(value: Any) -> float | None:
    """Seconds since the epoch of an RFC 3339 time as the API server writes it, None when it is not one."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def name(obj: Object) -> str:
    """`metadata.name`."""
    return text(obj, "metadata", "name")


def uid(obj: Object) -> str:
    """`metadata.uid`."""
    return text(obj, "metadata", "uid")


def owned_by(obj: Object, owner_uid: str) -> bool:
    """Whether the controller of `obj` is the object with that uid. Labels do not decide: strangers share them."""
    return bool(owner_uid) and any(
        ref.get("uid") == owner_uid and ref.get("controller") is True
        for ref in items(obj, "metadata", "ownerReferences")
    )


def terminating(obj: Object) -> bool:
    """Whether deletion has begun."""
    return dig(obj, "metadata", "deletionTimestamp") is not None


def active(pod: Object) -> bool:
    """Whether a pod counts for its ReplicaSet: not terminating, neither failed nor finished (an evicted pod is an object only).

    Same rule as `IsPodActive` in kubernetes/pkg/controller/controller_utils.go. An unknown phase counts.
    """
    return not terminating(pod) and text(pod, "status", "phase") not in ("Failed", "Succeeded")


def condition(obj: Object, kind: str) -> Mapping[str, Any]:
    """The condition of that type, empty when the object has none."""
    return next((c for c in items(obj, "status", "conditions") if c.get("type") == kind), {})


def is_true(obj: Object, kind: str) -> bool:
    """Whether the condition is there and says True; Unknown and missing are not."""
    return condition(obj, kind).get("status") == "True"


def selects(selector: Any, labels: Any) -> bool:
    """Whether a Deployment's `spec.selector` picks these labels. An empty or unreadable selector picks nothing."""
    labels = labels if isinstance(labels, Mapping) else {}
    wanted = dig(selector, "matchLabels")
    expressions = items(selector, "matchExpressions")
    if not wanted and not expressions:
        return False
    if isinstance(wanted, Mapping) and any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_expression(expression, labels) for expression in expressions)


def _expression(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = text(expression, "key"), expression.get("values") or []
    operator = expression.get("operator")
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator == "Exists":
        return key in labels
    return operator == "DoesNotExist" and key not in labels


def canonical(value: Any) -> str:
    """One text per value: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def fingerprint(template: Any) -> str:
    """Digest of a pod template without the hash label that the controller adds, so that Deployment and ReplicaSet agree.

    Same comparison as `EqualIgnoreHash` in kubernetes/pkg/controller/deployment/util/deployment_util.go.
    """
    if not isinstance(template, Mapping):
        return ""
    copy = json.loads(canonical(template))
    labels = dig(copy, "metadata", "labels")
    if isinstance(labels, dict):
        labels.pop(TEMPLATE_HASH, None)
    return hashlib.sha256(canonical(copy).encode()).hexdigest()


def events_of(events: Sequence[Object] | None, uids: Iterable[str]) -> list[Object]:
    """Events whose subject is one of the objects, by uid: names are reused."""
    wanted = set(uids) - {""}
    return [event for event in events or [] if text(event, "involvedObject", "uid") in wanted]


def event_time(event: Object) -> float | None:
    """When the event was last seen: series, lastTimestamp, eventTime, creation, in that order."""
    for path in (("series", "lastObservedTime"), ("lastTimestamp",), ("eventTime",), ("metadata", "creationTimestamp")):
        found = moment(dig(event, *path))
        if found is not None:
            return found
    return None
