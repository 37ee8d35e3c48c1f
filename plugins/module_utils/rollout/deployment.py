# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a Deployment: pinned identity, what was read, the time; nothing else goes in and nothing is done.

The order of the ladder is the meaning: first whether this is still the object that was applied, then whether it succeeded,
then whether it failed, then why it is not finished. Success is proved from the pods, not from the counters of the status,
which lie at the edges (a paused Deployment, a Recreate in its first second: kubernetes/pkg/controller/deployment/sync.go).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ansible_collections.creator.platform.plugins.module_utils.rollout import creation, images, objects, pods
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import (
    FAILED,
    INCONCLUSIVE,
    PROGRESSING,
    SUCCEEDED,
    TIMED_OUT,
    Finding,
    Identity,
    ImageProof,
    Object,
    Settings,
    Snapshot,
    Verdict,
)
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import dig, moment, number, text

#: Reasons to be unfinished that mean "could not be seen": at the end of the time they are inconclusive, not timed out.
_BLIND = frozenset({"Unreadable", "DigestUnknown", "NoReplicas"})
#: Reasons that say "broken" only when enough pods of the new revision share them.
_CONFIRMED = ("OutOfMemory", "CrashLoop", "NeverReady")


@dataclass(frozen=True)
class _View:
    """The part of a snapshot that belongs to the rollout."""

    deployment: Object
    replica_set: Object | None
    new: tuple[Object, ...]
    others: tuple[Object, ...]
    leaving: tuple[Object, ...]
    proofs: tuple[ImageProof, ...]


def verdict(identity: Identity, snapshot: Snapshot, now: float, settings: Settings) -> Verdict:
    """The state of the rollout at `now` (server time). Progressing turns into timed_out or inconclusive when the time is over."""
    found = _judge(identity, snapshot, now, settings)
    if found.done or now - identity.pinned_at < settings.timeout:
        return found
    state = INCONCLUSIVE if found.reason in _BLIND else TIMED_OUT
    return replace(found, state=state, message=f"not finished after {settings.timeout:.0f} s: {found.message}")


def _judge(identity: Identity, snapshot: Snapshot, now: float, settings: Settings) -> Verdict:
    gone = _identity(identity, snapshot)
    if gone:
        return gone
    if snapshot.deployment is None or snapshot.replica_sets is None or snapshot.pods is None:
        return Verdict(PROGRESSING, "Unreadable", f"the state of {_what(identity)} could not be read")
    observed = number(snapshot.deployment, "status", "observedGeneration")
    generation = max(identity.generation, number(snapshot.deployment, "metadata", "generation") or 0)
    if observed is None or observed < generation:
        return Verdict(PROGRESSING, "NotObserved", f"the controller has not seen generation {generation} yet")
    view = _view(identity, snapshot.deployment, snapshot.replica_sets, snapshot.pods)
    problems = _findings(view, snapshot, now, settings)
    blocked = _blocked(identity, view, now, settings)
    if blocked is None:
        return _say(view, problems, SUCCEEDED, "Complete", _success(identity, view))
    fatal = _failure(identity, view, problems, now)
    if fatal:
        return _say(view, problems, FAILED, *fatal)
    hint = f"; {problems[0].message}" if problems else ""
    return _say(view, problems, PROGRESSING, blocked[0], blocked[1] + hint)


def _say(view: _View, problems: Sequence[Finding], state: str, reason: str, message: str) -> Verdict:
    return Verdict(
        state,
        reason,
        message,
        revision=text(view.deployment, "metadata", "annotations", objects.REVISION),
        template_hash=text(view.replica_set, "metadata", "labels", objects.TEMPLATE_HASH),
        images=view.proofs,
        findings=tuple(problems),
        pods=tuple(objects.name(pod) for pod in view.new),
    )


def _what(identity: Identity) -> str:
    return f"Deployment {identity.namespace}/{identity.name}"


def _identity(identity: Identity, snapshot: Snapshot) -> Verdict | None:
    """Whether the object is still the one that was applied, with the template that was applied."""
    deployment = snapshot.deployment
    if deployment is None:
        gone = Verdict(FAILED, "Deleted", f"{_what(identity)} was deleted during its rollout")
        return gone if snapshot.deployment_read else None
    uid = objects.uid(deployment)
    if uid != identity.uid:
        return Verdict(
            FAILED,
            "Recreated",
            f"{_what(identity)} was replaced by another of that name (uid {uid}, expected {identity.uid})",
        )
    if objects.terminating(deployment):
        return Verdict(FAILED, "Deleted", f"{_what(identity)} is being deleted")
    template = dig(deployment, "spec", "template")
    generation = number(deployment, "metadata", "generation")
    if generation is None or generation < identity.generation:  # older than the apply: another API server answered
        return Verdict(
            PROGRESSING, "NotObserved", f"generation {identity.generation} of {_what(identity)} is not visible yet"
        )
    return _template(identity, template)


def _template(identity: Identity, template: object) -> Verdict | None:
    if identity.template and objects.fingerprint(template) != identity.template:
        return Verdict(FAILED, "Superseded", f"the pod template of {_what(identity)} was changed by someone else")
    specs = objects.items(template, "spec", "containers") + objects.items(template, "spec", "initContainers")
    asked = {text(c, "name"): images.digest_of(text(c, "image")) for c in specs}
    for container, expected in sorted(identity.images.items()):
        if asked.get(container, "") != expected:
            found = asked.get(container) or "no digest"
            return Verdict(
                FAILED,
                "Superseded",
                f"{_what(identity)} asks for {found} in container {container}, expected {expected}",
            )
    return None


def _view(identity: Identity, deployment: Object, replica_sets: Sequence[Object], all_pods: Sequence[Object]) -> _View:
    owned = [rs for rs in replica_sets if objects.owned_by(rs, identity.uid)]
    current = _new_replica_set(deployment, owned)
    new_uid, owned_uids = objects.uid(current) if current else "", {objects.uid(rs) for rs in owned}
    selector = dig(deployment, "spec", "selector")
    new, others, leaving = [], [], []
    for pod in all_pods:
        ours = any(objects.owned_by(pod, uid) for uid in owned_uids)
        if not ours and not objects.selects(selector, dig(pod, "metadata", "labels")):
            continue
        if not objects.active(pod):
            if ours and objects.terminating(pod):
                leaving.append(pod)
        elif new_uid and objects.owned_by(pod, new_uid):
            new.append(pod)
        else:
            others.append(pod)
    return _View(deployment, current, tuple(new), tuple(others), tuple(leaving), images.proofs(identity, new))


def _new_replica_set(deployment: Object, owned: Sequence[Object]) -> Object | None:
    """The owned ReplicaSet with the Deployment's revision and template. Both must agree, and only one may."""
    revision = text(deployment, "metadata", "annotations", objects.REVISION)
    template = objects.fingerprint(dig(deployment, "spec", "template"))
    fitting = [
        rs
        for rs in owned
        if revision
        and text(rs, "metadata", "annotations", objects.REVISION) == revision
        and objects.fingerprint(dig(rs, "spec", "template")) == template
    ]
    return fitting[0] if len(fitting) == 1 else None


# --- success ---------------------------------------------------------------------------------------------------------


def _blocked(identity: Identity, view: _View, now: float, settings: Settings) -> tuple[str, str] | None:
    """The first thing that stands between the rollout and success, None when nothing does."""
    if dig(view.deployment, "spec", "paused") not in (None, False):
        return "Paused", f"{_what(identity)} is paused"
    if view.replica_set is None:
        return "NoReplicaSet", "the ReplicaSet of the new template is not there yet"
    desired = number(view.deployment, "spec", "replicas")
    if desired is None:
        return "Unreadable", f"{_what(identity)} does not say how many replicas it wants"
    if view.others:
        return "OtherPods", _others(view)
    need = _needed(identity, desired)
    return (
        _too_few(identity, view, desired, need)
        or _not_available(view, need, now, settings)
        or _unproved(identity, view)
        or _counters(view.deployment, desired, need)
        or _leaving(view, settings)
    )


def _others(view: _View) -> str:
    names = ", ".join(sorted(objects.name(pod) for pod in view.others)[:5])
    return f"{len(view.others)} pods behind the same selector are not of the new revision: {names}"


def _needed(identity: Identity, desired: int) -> int:
    """How many new pods have to serve. An autoscaler that moves the target cannot postpone the verdict for ever."""
    at_start = desired if identity.replicas is None else identity.replicas
    return (
        max(identity.min_replicas, min(desired, at_start)) if identity.min_replicas or at_start != desired else desired
    )


def _too_few(identity: Identity, view: _View, desired: int, need: int) -> tuple[str, str] | None:
    if need == 0:
        return "NoReplicas", f"{_what(identity)} is scaled to zero: no pod can prove the release"
    fixed = identity.min_replicas == 0 and need == desired
    if len(view.new) < need or (fixed and len(view.new) != desired):
        return "ReplicasDiffer", f"{len(view.new)} pods of the new revision exist, {need} are wanted"
    return None


def _not_available(view: _View, need: int, now: float, settings: Settings) -> tuple[str, str] | None:
    min_ready = number(view.deployment, "spec", "minReadySeconds") or 0
    ready = [moment for moment in map(_ready_since, view.new) if moment is not None]
    available = sum(now - since >= min_ready for since in ready)
    if len(ready) < need:
        return "NotReady", f"{len(ready)} of {need} pods of the new revision are ready"
    if available < need:
        return "NotAvailable", f"{available} of {need} ready pods have been so for {min_ready} s"
    soaked = sum(now - since >= settings.soak for since in ready)
    if soaked < need:
        return "Soaking", f"{soaked} of {need} ready pods have been so for {settings.soak:.0f} s"
    return None


def _ready_since(pod: Object) -> float | None:
    """Since when a pod is ready, None unless its condition, phase and every single container agree."""
    if text(pod, "status", "phase") != "Running" or not objects.is_true(pod, "Ready"):
        return None
    wanted = {text(c, "name") for c in objects.items(pod, "spec", "containers")}
    running = {text(s, "name") for s in objects.items(pod, "status", "containerStatuses") if s.get("ready") is True}
    if not wanted or wanted - running:
        return None
    return moment(objects.condition(pod, "Ready").get("lastTransitionTime"))


def _unproved(identity: Identity, view: _View) -> tuple[str, str] | None:
    if not identity.images:
        return "DigestUnknown", f"no image digest was pinned for {_what(identity)}"
    ready = {objects.name(pod) for pod in view.new if _ready_since(pod) is not None}
    missing = [proof for proof in view.proofs if proof.match == "no" or (proof.match != "yes" and proof.pod in ready)]
    if missing:
        first = missing[0]
        return (
            "DigestUnknown",
            f"container {first.container} of pod {first.pod} does not report the digest that it runs",
        )
    return None


def _counters(deployment: Object, desired: int, need: int) -> tuple[str, str] | None:
    """The controller has to agree with what the pods say, so that a list that lags behind cannot be the only witness."""
    counts = {key: number(deployment, "status", key) for key in ("replicas", "updatedReplicas", "availableReplicas")}
    if (
        any(value is None or value < need for value in counts.values())
        or counts["replicas"] != counts["updatedReplicas"]
    ):
        told = ", ".join(f"{key} {value if value is not None else 'missing'}" for key, value in counts.items())
        return "CountersDiffer", f"the status of the Deployment does not show {desired} replicas yet: {told}"
    return None


def _leaving(view: _View, settings: Settings) -> tuple[str, str] | None:
    if settings.require_terminated and view.leaving:
        return "Terminating", f"{len(view.leaving)} old pods have not ended yet"
    return None


def _success(identity: Identity, view: _View) -> str:
    return f"{len(view.new)} pods of {_what(identity)} run the pinned images and are available"


# --- failure ---------------------------------------------------------------------------------------------------------


def _findings(view: _View, snapshot: Snapshot, now: float, settings: Settings) -> list[Finding]:
    """Everything wrong with the new revision, what decides first."""
    found: list[Finding] = []
    for pod in view.new:
        events = objects.events_of(snapshot.events, [objects.uid(pod)])
        found.extend(pods.findings(pod, events, now, settings))
    refused = None
    if view.replica_set is not None:
        refused = creation.finding(
            view.replica_set,
            desired=number(view.replica_set, "spec", "replicas") or 0,
            may_free=may_free(view.deployment, view.new, view.others, view.leaving, found),
            quotas=snapshot.quotas,
            pods=snapshot.pods or [],
            now=now,
            settings=settings,
        )
    if refused:
        found.append(refused)
    return sorted(found, key=lambda finding: not finding.final)


def may_free(
    deployment: Object,
    new: Sequence[Object],
    old: Sequence[Object],
    leaving: Sequence[Object],
    found: Sequence[Finding],
) -> bool:
    """Whether the rollout itself will still remove pods, and with them what they hold of a quota.

    It does while pods are ending, while a new pod may yet become available and so release an old one, and while more pods
    are available than the strategy has to keep (kubernetes/pkg/controller/deployment/rolling.go).
    """
    if leaving:
        return True
    if not old:
        return False
    if text(deployment, "spec", "strategy", "type") == "Recreate":
        return True
    faulty = {finding.pod for finding in found}
    if any(_ready_since(pod) is None and objects.name(pod) not in faulty for pod in new):
        return True
    available = sum(_ready_since(pod) is not None for pod in (*new, *old))
    return available > kept_available(deployment) or any(_ready_since(pod) is None for pod in old)


def kept_available(deployment: Object) -> int:
    """Pods that a rolling update keeps available: replicas minus maxUnavailable (25 % by default, rounded down)."""
    replicas = number(deployment, "spec", "replicas") or 0
    rolling = dig(deployment, "spec", "strategy", "rollingUpdate")
    unavailable = _share(dig(rolling, "maxUnavailable"), replicas, math.floor)
    surge = _share(dig(rolling, "maxSurge"), replicas, math.ceil)
    return replicas - (unavailable if unavailable or surge else 1)


def _share(value: object, of: int, rounding: Callable[[float], int]) -> int:
    if isinstance(value, int):
        return value
    share = value[:-1] if isinstance(value, str) and value.endswith("%") else "25"
    return int(rounding(of * int(share) / 100)) if share.isdigit() else 0


def _failure(identity: Identity, view: _View, found: Sequence[Finding], now: float) -> tuple[str, str] | None:
    wrong = next((proof for proof in view.proofs if proof.match == "no"), None)
    if wrong:
        return "DigestMismatch", (
            f"container {wrong.container} of pod {wrong.pod} runs {wrong.running_digest}, expected {wrong.expected_digest}"
        )
    final = next((finding for finding in found if finding.final), None)
    if final:
        return final.reason, final.message
    return _confirmed(view, found) or _deadline(identity, view, now)


def _confirmed(view: _View, found: Sequence[Finding]) -> tuple[str, str] | None:
    """A crash or a missing readiness of every new pod that there is, or of half of the wanted ones, at least 3, at most 200.

    The bounds are those of the ECS deployment circuit breaker.
    """
    desired = number(view.deployment, "spec", "replicas") or 0
    broken = {finding.pod for finding in found if finding.reason in _CONFIRMED}
    enough = min(max(math.ceil(desired / 2), 3), 200)
    if not broken or (len(broken) < len(view.new) and len(broken) < enough):
        return None
    first = min((f for f in found if f.reason in _CONFIRMED), key=lambda f: _CONFIRMED.index(f.reason))
    return first.reason, f"{first.message} ({len(broken)} of {len(view.new)} pods of the new revision)"


def _deadline(identity: Identity, view: _View, now: float) -> tuple[str, str] | None:
    """The controller's own deadline, unless its condition is older than this rollout: it is sticky (kubernetes#104233)."""
    progress = objects.condition(view.deployment, "Progressing")
    said, limit = moment(progress.get("lastUpdateTime")), number(view.deployment, "spec", "progressDeadlineSeconds")
    if progress.get("status") != "False" or progress.get("reason") != "ProgressDeadlineExceeded":
        return None
    if said is None or limit is None or said <= identity.pinned_at or now - identity.pinned_at < limit:
        return None
    return "ProgressDeadlineExceeded", f"{_what(identity)} made no progress for {limit} s"
