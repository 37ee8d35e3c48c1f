# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that the API server refuses to create: quota, admission, invalid templates.

The ReplicaSet's own condition is the proof. It is refreshed on the controller's next attempt only, which backs off, so a
refusal has to stand for a moment, and a quota that has room again excuses it: by its own status, or by the pods that are
there, because that status follows a deletion late.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ansible_collections.creator.platform.plugins.module_utils.rollout import objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Finding, Object, Settings
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import dig, moment, number, text

# kubernetes/staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go writes this sentence.
_QUOTA = re.compile(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<requested>.*), used: (?P<used>.*), limited: (?P<limited>.*)"
)
_WEBHOOK_DOWN = re.compile(r"failed calling webhook|failed to call webhook|Internal error occurred", re.IGNORECASE)
_SUFFIX = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip


def quantity(value: str) -> float | None:
    """A Kubernetes quantity (`100m`, `1Gi`, `1e3`) as a number, None when it is none."""
    match = re.fullmatch(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)([numkKMGTPE]?i?)", value.strip())
    if not match or match[2] not in _SUFFIX:
        return None
    return float(match[1]) * _SUFFIX[match[2]]


def refusal(replica_set: Object) -> tuple[str, float | None]:
    """Why the pods of a ReplicaSet are refused and since when, an empty text when they are not."""
    failure = objects.condition(replica_set, "ReplicaFailure")
    if failure.get("status") != "True" or failure.get("reason") != "FailedCreate":
        return "", None
    return str(failure.get("message") or "no cause given"), moment(failure.get("lastTransitionTime"))


def names_quota(replica_sets: Sequence[Object] | None) -> bool:
    """Whether any refusal is for a quota, so that the quotas are worth reading."""
    return any(_QUOTA.search(refusal(rs)[0]) for rs in replica_sets or [])


def finding(
    replica_set: Object,
    *,
    desired: int,
    may_free: bool,
    quotas: Sequence[Object] | None,
    pods: Sequence[Object],
    now: float,
    settings: Settings,
) -> Finding | None:
    """The refusal of the new ReplicaSet's pods, final when it stands and nothing in the rollout can lift it.

    pods: every pod of the namespace.
    may_free: whether the rollout itself still gives resources back (old pods that are or will be removed).
    """
    message, since = refusal(replica_set)
    running = number(replica_set, "status", "replicas") or 0
    if not message or running >= desired:
        return None
    stands = since is not None and now - since >= settings.create_confirm
    quota = _QUOTA.search(message)
    if quota:
        hopeless = _never_fits(quota)
        if not hopeless and (_has_room(quota, quotas) or _pods_leave_room(quota, pods)):
            return Finding("QuotaExceeded", f"quota {quota['name']} has room again, the next attempt will show", False)
        sentence = (
            f"quota {quota['name']} refuses pod {running + 1} of {desired}: requested {quota['requested']}, "
            f"used {quota['used']}, limited to {quota['limited']}"
        )
        return Finding("QuotaExceeded", sentence, stands and (hopeless or not may_free))
    if _WEBHOOK_DOWN.search(message):
        long = since is not None and now - since > settings.create_grace
        return Finding("AdmissionUnavailable", f"the pods cannot be created for now: {message}", long)
    reason = (
        "AdmissionDenied"
        if "forbidden" in message or "denied" in message
        else "PodInvalid"
        if "invalid" in message
        else "PodNotCreated"
    )
    if reason == "PodNotCreated":
        stands = since is not None and now - since > settings.create_grace
    return Finding(reason, f"the API server refuses the pods: {message}", stands)


def _amounts(listing: str) -> dict[str, float]:
    pairs = (part.partition("=") for part in listing.split(","))
    known = {key.strip(): quantity(value) for key, _equals, value in pairs}
    return {key: value for key, value in known.items() if value is not None}


def _never_fits(quota: re.Match[str]) -> bool:
    """One pod alone asks for more than the whole quota: no pod that goes away makes room."""
    requested, limited = _amounts(quota["requested"]), _amounts(quota["limited"])
    return any(value > limited[key] for key, value in requested.items() if key in limited)


def _has_room(quota: re.Match[str], quotas: Sequence[Object] | None) -> bool:
    """Whether the quota's own status says by now that what was refused would fit. Unknown is no."""
    found = next((q for q in quotas or [] if objects.name(q) == quota["name"]), None)
    hard, used = dig(found, "status", "hard"), dig(found, "status", "used")
    requested = _amounts(quota["requested"])
    if not isinstance(hard, Mapping) or not isinstance(used, Mapping) or not requested:
        return False
    for key, value in requested.items():
        limit, spent = quantity(text(hard, key)), quantity(text(used, key))
        if limit is None or spent is None or spent + value > limit:
            return False
    return True


def _pods_leave_room(quota: re.Match[str], pods: Sequence[Object]) -> bool:
    """Whether what was refused fits beside the pods that are there. Not known for a resource that pods do not show.

    Counts every pod of the namespace, so a quota with a scope is taken for fuller than it is.
    """
    requested, limited = _amounts(quota["requested"]), _amounts(quota["limited"])
    living = [pod for pod in pods if text(pod, "status", "phase") not in ("Failed", "Succeeded")]
    for key, value in requested.items():
        used = [_usage(pod, key) for pod in living]
        known = [amount for amount in used if amount is not None]
        if key not in limited or len(known) < len(used) or sum(known) + value > limited[key]:
            return False
    return bool(requested)


def _usage(pod: Object, key: str) -> float | None:
    """What a pod takes of a quota's resource (`pods`, `requests.cpu`, `limits.memory`, `cpu`), None when it cannot be told.

    A container that names no amount makes it unknown: in a namespace with a quota for it there can be none.

    https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
    """
    if key in ("pods", "count/pods"):
        return 1.0
    part, dot, resource = key.partition(".")
    if not dot:
        part, resource = "requests", key
    if part not in ("requests", "limits") or resource not in ("cpu", "memory", "ephemeral-storage"):
        return None
    sums = [
        [quantity(text(container, "resources", part, resource)) for container in objects.items(pod, "spec", kind)]
        for kind in ("containers", "initContainers")
    ]
    main, init = ([amount for amount in amounts if amount is not None] for amounts in sums)
    if len(main) < len(sums[0]) or len(init) < len(sums[1]):
        return None
    return max([sum(main), *init])
