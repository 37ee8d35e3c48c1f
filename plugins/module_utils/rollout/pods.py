# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with one pod of the new revision: fatal, graced and computed, and the candidates of the confirmed class.

A ready container is never at fault, whatever it went through: ready wins over failed. Every rule that ends a rollout at once
has a transient neighbour that it must not take for the real thing; the tests carry both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ansible_collections.creator.platform.plugins.module_utils.rollout import objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Finding, Object, Settings
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import dig, moment, number, text

# What a message quotes or refers to says nothing about its cause, although a digest may well contain "429" and a repository be
# called "timeout": quoted words, digests, references and addresses, but not "i/o".
_NAMES = re.compile(r'"[^"\s]*"|\bsha\d+:[0-9a-f]+|[\w.:-]{2,}/\S*', re.IGNORECASE)
# Sentences of containerd, Docker, CRI-O and ECR. The transient ones are asked first: "lookup …: no such host" has to wait.
_TRANSIENT = re.compile(
    r"\b429\b|toomanyrequests|too many requests|\b50[0234]\b|time-?out|deadline exceeded|connection (refused|reset)|no such host"
    r"|temporary failure|tls handshake|unexpected eof|\bi/o\b",
    re.IGNORECASE,
)
# containerd and Docker say this of every refusal, whether there is such an image or not:
# https://github.com/containerd/containerd/blob/v2.1.0/core/remotes/docker/resolver.go
_EITHER = re.compile(r"repository does not exist or may require [^:]*", re.IGNORECASE)
_ABSENT = re.compile(r"not found|manifest unknown|name unknown|does not exist", re.IGNORECASE)
_FOREIGN = re.compile(r"no match for platform|no matching manifest for", re.IGNORECASE)
_FULL = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_DENIED = re.compile(
    r"denied|unauthori[sz]ed|no basic auth|authorization failed|\b401\b|\b403\b|forbidden", re.IGNORECASE
)
_CACHE_SYNC = re.compile(r"failed to sync \w+ cache", re.IGNORECASE)
_NO_SUCH_PROGRAM = re.compile(r"executable file not found|no such file or directory|permission denied", re.IGNORECASE)

_Maker = Callable[..., Finding]

#: Waiting reasons that no retry of the kubelet heals.
_FATAL_WAITING = {
    "InvalidImageName": ("InvalidImageName", "has an image name that cannot be parsed"),
    "ErrImageNeverPull": ("ImageNeverPulled", "needs an image that is not on the node and may not be pulled"),
}
#: An exit code of the container runtime, not of the program (Shopify/krane, pod.rb).
_RUNTIME_EXIT = 128

#: Reasons of warning events of a pod whose containers were not started, with the reason code and the bound that applies.
_START_EVENTS = {
    "FailedMount": ("VolumeNotMounted", "volume_grace"),
    "FailedAttachVolume": ("VolumeNotAttached", "volume_grace"),
    "ProvisioningFailed": ("VolumeNotProvisioned", "volume_grace"),
    "FailedCreatePodSandBox": ("SandboxNotCreated", "sandbox_grace"),
}


def findings(pod: Object, events: Sequence[Object], now: float, settings: Settings) -> list[Finding]:
    """Everything wrong with a pod, worst first. `events` are those of this pod; they explain and extend, never prove alone.

    A finding that needs others (crash loop, never ready) comes back with `final` unset; `deployment` counts them.
    """
    found = [*_scheduling(pod, events, now, settings)]
    for status, init in container_statuses(pod):
        finding = _container(pod, status, init, events, now=now, settings=settings)
        if finding:
            found.append(finding)
    if not found:
        found.extend(_start(pod, events, now, settings))
        found.extend(_gates(pod, now, settings))
    return sorted(found, key=lambda finding: not finding.final)


def container_statuses(pod: Object) -> list[tuple[Object, bool]]:
    """Container statuses of a pod with whether they are of an init container, in the order in which containers start."""
    init = [(status, True) for status in objects.items(pod, "status", "initContainerStatuses")]
    return init + [(status, False) for status in objects.items(pod, "status", "containerStatuses")]


def _container(
    pod: Object, status: Object, init: bool, events: Sequence[Object], *, now: float, settings: Settings
) -> Finding | None:
    if status.get("ready") is True or (init and number(status, "state", "terminated", "exitCode") == 0):
        return None
    waiting, message = text(status, "state", "waiting", "reason"), text(status, "state", "waiting", "message")
    subject = f"container {text(status, 'name')} of pod {objects.name(pod)}"

    def finding(reason: str, sentence: str, final: bool = True) -> Finding:
        return Finding(reason, f"{subject} {sentence}", final, objects.name(pod), text(status, "name"))

    if waiting in _FATAL_WAITING:
        reason, sentence = _FATAL_WAITING[waiting]
        return finding(reason, f"{sentence}: {text(status, 'image')}")
    if waiting in ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"):
        reason, sentence, at_once = _pull(
            text(status, "image"), message, events, f"node {text(pod, 'spec', 'nodeName')}"
        )
        return finding(reason, sentence, at_once or _older(pod, now, settings.pull_grace))
    if waiting == "CreateContainerConfigError":
        syncing = bool(_CACHE_SYNC.search(message))
        return finding(
            "ContainerConfigInvalid",
            f"cannot be configured: {message}",
            not syncing or _older(pod, now, settings.create_grace),
        )
    if waiting in ("CreateContainerError", "PreCreateHookError", "PostStartHookError"):
        return finding("ContainerNotCreated", f"cannot be created: {message}", _older(pod, now, settings.create_grace))
    return _ended(status, waiting, finding, settings) or (
        None if init else _never_ready(pod, status, finding, now, settings)
    )


def _pull(image: str, message: str, events: Sequence[Object], node: str) -> tuple[str, str, bool]:
    """Reason, sentence and whether waiting is pointless. A bare back-off message is explained by the pod's newest event."""
    told, cause = message, _cause(image, message)
    if not any(known.search(cause) for known in (_ABSENT, _DENIED, _TRANSIENT, _FOREIGN, _FULL)):
        failed = [
            event for event in events if "pull" in text(event, "message").lower() and text(event, "reason") == "Failed"
        ]
        told = text(max(failed, key=lambda event: objects.event_time(event) or 0.0), "message") if failed else message
        cause = _cause(image, told)
    if _FULL.search(cause):  # the kubelet removes images that nobody uses, which may make room
        return "NodeDiskFull", f"cannot pull {image}, as the disk of {node} is full", False
    if _TRANSIENT.search(cause):
        return "ImagePullFailing", f"cannot pull {image} for now: {told}", False
    if _FOREIGN.search(cause):
        return "PlatformMismatch", f"needs image {image}, which is not for the platform of {node}", True
    if _ABSENT.search(cause):
        return "ImageNotFound", f"needs image {image}, which does not exist", True
    if _DENIED.search(cause):
        return "ImagePullDenied", f"may not pull {image}: {told}", True
    return "ImagePullFailing", f"cannot pull {image}: {told or 'no cause given'}", False


def _cause(image: str, message: str) -> str:
    """What a message says of why, without the names of what it is about."""
    return _EITHER.sub(" ", _NAMES.sub(" ", message.replace(image, " ") if image else message))


def _ended(status: Object, waiting: str, finding: _Maker, settings: Settings) -> Finding | None:
    """A container that cannot start or keeps ending. The crash loop is a candidate: enough pods have to share it."""
    last = dig(status, "lastState", "terminated") or dig(status, "state", "terminated") or {}
    code, reason, message = number(last, "exitCode"), text(last, "reason"), text(last, "message")
    restarts = number(status, "restartCount") or 0
    cannot_run = waiting == "RunContainerError" or reason in ("ContainerCannotRun", "StartError")
    told = message or text(status, "state", "waiting", "message")
    if cannot_run and (code not in (None, _RUNTIME_EXIT) or _NO_SUCH_PROGRAM.search(told)):
        return finding("ContainerCannotRun", f"cannot be run: {told or f'exit code {code}'}")
    if cannot_run or restarts < settings.crash_restarts:
        return None
    if reason == "OOMKilled":
        return finding("OutOfMemory", f"was killed for using more memory than its limit, {restarts} restarts", False)
    if code == _RUNTIME_EXIT or (code in (None, 0) and waiting != "CrashLoopBackOff"):
        return None
    how = f"exit code {code}" if code is not None else "exit code unknown"
    return finding("CrashLoop", f"keeps crashing: {how}, {restarts} restarts", False)


def _never_ready(pod: Object, status: Object, finding: _Maker, now: float, settings: Settings) -> Finding | None:
    started = moment(dig(status, "state", "running", "startedAt"))
    if started is None or status.get("started") is not True:
        return None
    bound = max(readiness_window(container_spec(pod, text(status, "name"))), settings.readiness_floor)
    if now - started <= bound:
        return None
    return finding(
        "NeverReady", f"runs for {now - started:.0f} s and is not ready; its probes allow {bound:.0f} s", False
    )


def container_spec(pod: Object, name: str) -> Object:
    """The container's part of the pod spec, empty when it has none of that name."""
    return next((c for c in objects.items(pod, "spec", "containers") if c.get("name") == name), {})


def readiness_window(container: Object) -> float:
    """Seconds after its start within which a container may fail its readiness probe without being at fault.

    The window of werf/kubedog (readiness probe ignore window), plus what its startup probe may take. 0 without a probe.
    """
    probe = dig(container, "readinessProbe")
    if not probe:
        return 0.0
    period, delay, timeout, failures, successes = _probe(probe)
    initial = period + delay
    startup = dig(container, "startupProbe")
    if startup:
        s_period, s_delay, s_timeout, s_failures, s_successes = _probe(startup)
        longest = s_period + s_delay + (s_failures + s_successes - 1) * s_period + s_timeout + period
        initial = period if longest > initial else initial - longest
    return max(0.0, initial + timeout + (failures + successes - 3) * period + period / 2 + timeout)


def _probe(probe: Object) -> tuple[int, int, int, int, int]:
    """Period, initial delay, timeout, failure and success threshold with the API's defaults."""
    return (
        number(probe, "periodSeconds") or 10,
        number(probe, "initialDelaySeconds") or 0,
        number(probe, "timeoutSeconds") or 1,
        number(probe, "failureThreshold") or 3,
        number(probe, "successThreshold") or 1,
    )


def _scheduling(pod: Object, events: Sequence[Object], now: float, settings: Settings) -> Iterator[Finding]:
    scheduled = objects.condition(pod, "PodScheduled")
    if scheduled.get("status") != "False" or scheduled.get("reason") != "Unschedulable":
        return
    since = moment(scheduled.get("lastTransitionTime")) or created(pod)
    told = sorted(
        (e for e in events if text(e, "reason") in ("TriggeredScaleUp", "Nominated", "NotTriggerScaleUp")),
        key=lambda e: objects.event_time(e) or 0.0,
    )
    newest = text(told[-1], "reason") if told else ""
    if newest == "NotTriggerScaleUp":
        final, why = True, f"; no node will be added: {text(told[-1], 'message')}"
    elif newest:
        final, why = False, "; a node is being added"
    else:
        final, why = since is not None and now - since > settings.unschedulable_grace, ""
    yield Finding(
        "Unschedulable",
        f"pod {objects.name(pod)} fits no node: {scheduled.get('message', '')}{why}",
        final,
        objects.name(pod),
    )


def _start(pod: Object, events: Sequence[Object], now: float, settings: Settings) -> Iterator[Finding]:
    """A pod on its node whose containers were never started, explained by the kubelet's newest event about it."""
    if objects.is_true(pod, "Ready") or any(dig(s, "state", "running") for s, _init in container_statuses(pod)):
        return
    told = [e for e in events if text(e, "reason") in _START_EVENTS]
    if not told:
        return
    event = max(told, key=lambda e: objects.event_time(e) or 0.0)
    reason, bound = _START_EVENTS[text(event, "reason")]
    final = _older(pod, now, getattr(settings, bound))
    yield Finding(reason, f"pod {objects.name(pod)} cannot start: {text(event, 'message')}", final, objects.name(pod))


def _gates(pod: Object, now: float, settings: Settings) -> Iterator[Finding]:
    if not objects.is_true(pod, "ContainersReady"):
        return
    since = moment(objects.condition(pod, "ContainersReady").get("lastTransitionTime"))
    for gate in objects.items(pod, "spec", "readinessGates"):
        kind = text(gate, "conditionType")
        if not objects.is_true(pod, kind):
            final = since is not None and now - since > settings.gate_grace
            yield Finding(
                "ReadinessGate",
                f"pod {objects.name(pod)} waits for its readiness gate {kind}",
                final,
                objects.name(pod),
            )


def created(pod: Object) -> float | None:
    """Moment of creation."""
    return moment(dig(pod, "metadata", "creationTimestamp"))


def _older(pod: Object, now: float, bound: float) -> bool:
    """Whether a pod has had its time. One of unknown age has not."""
    since = moment(dig(pod, "status", "startTime")) or created(pod)
    return since is not None and now - since > bound
