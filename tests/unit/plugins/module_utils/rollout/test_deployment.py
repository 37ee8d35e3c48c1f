# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a Deployment: one table per class of rules, each rule beside the transient neighbour that it must spare."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Settings
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.rollout import world as w
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.rollout.world import World

CRASH = {"exitCode": 1, "reason": "Error"}


def said(world: World, after: float | None = None, **settings) -> tuple[str, str]:
    verdict = world.verdict(after=after, settings=replace(w.SETTINGS, **settings))
    return verdict.state, verdict.reason


def test_a_complete_rollout_succeeds_and_says_what_runs():
    verdict = World().verdict()
    assert (verdict.state, verdict.reason) == ("succeeded", "Complete")
    assert verdict.revision == "3"
    assert verdict.template_hash == "new"
    assert [proof.match for proof in verdict.images] == ["yes", "yes"]


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("status", "observedGeneration"), None, "NotObserved"),
        (("status", "observedGeneration"), 6, "NotObserved"),
        (("metadata", "generation"), None, "NotObserved"),
        (("metadata", "annotations"), {}, "NoReplicaSet"),
        (("spec", "paused"), True, "Paused"),
        (("spec", "replicas"), None, "Unreadable"),
        (("spec", "replicas"), 0, "NoReplicas"),
        (("status", "updatedReplicas"), None, "CountersDiffer"),
        (("status", "availableReplicas"), None, "CountersDiffer"),
        (("status", "replicas"), 3, "CountersDiffer"),
        (("spec", "minReadySeconds"), 30, "NotAvailable"),
    ],
)
def test_what_the_deployment_lacks_is_never_success(path, value, reason):
    world = World()
    world.deployment[path[0]][path[1]] = value
    assert said(world) == ("progressing", reason)


def test_pods_prove_success_and_counters_alone_do_not():
    world = World()
    world.pods = []
    assert said(world) == ("progressing", "ReplicasDiffer")
    assert said(World().old_pods(1)) == ("progressing", "OtherPods")


def test_a_pod_of_a_stranger_behind_the_selector_blocks():
    world = World()
    world.pods.append(w.pod("stray", "rs-of-payments"))
    assert said(world) == ("progressing", "OtherPods")


def test_pods_that_ended_or_are_ending_do_not_count():
    world = World().old_pods(2)
    world.pods[-1]["metadata"]["deletionTimestamp"] = w.at(5)
    world.pods[-2]["status"].update(phase="Failed", reason="Evicted")
    assert said(world)[0] == "succeeded"
    assert said(world, require_terminated=True) == ("progressing", "Terminating")


@pytest.mark.parametrize(
    "image_id", ["", None, "sha256:" + "a" * 64, "registry.test/web:latest", "registry.test/web@sha256:aa"]
)
def test_a_digest_that_is_not_reported_is_unknown_and_ends_inconclusive(image_id):
    world = World()
    world.pods[0]["status"]["containerStatuses"][0]["imageID"] = image_id
    assert said(world) == ("progressing", "DigestUnknown")
    assert said(world, after=600) == ("inconclusive", "DigestUnknown")


def test_another_digest_fails_unless_it_is_known_to_stand_for_the_pinned_one():
    world = World()
    world.pods[1] = w.pod("web-new-1", digest=w.OTHER_DIGEST)
    verdict = world.verdict()
    assert (verdict.state, verdict.reason) == ("failed", "DigestMismatch")
    assert w.OTHER_DIGEST in verdict.message
    assert w.DIGEST in verdict.message
    assert world.verdict(equivalents={w.DIGEST: [w.OTHER_DIGEST]}).state == "succeeded"


def test_without_pinned_images_nothing_is_proved():
    assert World().verdict(images={}).reason == "DigestUnknown"


def test_soak_and_min_ready_count_from_readiness():
    assert said(World(), soak=30) == ("progressing", "Soaking")
    assert said(World(), soak=30, after=37) == ("succeeded", "Complete")


def test_a_moving_autoscaler_does_not_postpone_the_verdict():
    world = World()
    world.deployment["spec"]["replicas"] = 5
    world.pods.append(w.pod("web-new-2", ready=False))
    world.deployment["status"].update(replicas=3, updatedReplicas=3)
    assert said(world)[0] == "succeeded"
    assert world.verdict(min_replicas=4).reason == "ReplicasDiffer"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda x: setattr(x, "deployment", None), "Deleted"),
        (lambda x: x.deployment["metadata"].update(uid="another"), "Recreated"),
        (lambda x: x.deployment["metadata"].update(deletionTimestamp=w.at(9)), "Deleted"),
        (
            lambda x: x.deployment["spec"].update(template=w.template(f"registry.test/web@{w.OTHER_DIGEST}")),
            "Superseded",
        ),
        (lambda x: x.deployment["spec"].update(template=w.template("registry.test/web:latest")), "Superseded"),
    ],
)
def test_another_object_than_the_applied_one_fails(change, reason):
    world = World()
    change(world)
    assert said(world) == ("failed", reason)


def test_an_object_that_cannot_be_read_is_inconclusive_at_the_end_and_nothing_before():
    world = World()
    world.deployment, world.deployment_read = None, False
    assert said(world) == ("progressing", "Unreadable")
    assert said(world, after=600) == ("inconclusive", "Unreadable")
    for part in ("pods", "replica_sets"):
        world = World()
        setattr(world, part, None)
        assert said(world) == ("progressing", "Unreadable")


@pytest.mark.parametrize(
    ("waiting", "message", "reason"),
    [
        ("InvalidImageName", "", "InvalidImageName"),
        ("ErrImageNeverPull", "", "ImageNeverPulled"),
        ("ErrImagePull", "rpc error: code = NotFound desc = failed to resolve: not found", "ImageNotFound"),
        ("ImagePullBackOff", 'Back-off pulling image "x": ErrImagePull: manifest unknown', "ImageNotFound"),
        (
            "ErrImagePull",
            "pull access denied, repository does not exist or may require authorization: no basic auth credentials",
            "ImagePullDenied",
        ),
        (
            "ErrImagePull",
            "pull access denied for x, repository does not exist or may require 'docker login': denied: requested",
            "ImagePullDenied",
        ),
        ("ErrImagePull", "name unknown: The repository with name 'x' does not exist in the registry", "ImageNotFound"),
        ("ErrImagePull", "failed to authorize: no basic auth credentials", "ImagePullDenied"),
        ("ErrImagePull", "failed to resolve image: no match for platform in manifest: not found", "PlatformMismatch"),
        ("ErrImagePull", "no matching manifest for linux/amd64 in the manifest list entries", "PlatformMismatch"),
        ("CreateContainerConfigError", 'configmap "web-config" not found', "ContainerConfigInvalid"),
        ("RunContainerError", 'exec: "/nope": executable file not found in $PATH', "ContainerCannotRun"),
    ],
)
def test_fatal_reasons_fail_at_once(waiting, message, reason):
    verdict = World().waiting(waiting, message).verdict()
    assert (verdict.state, verdict.reason) == ("failed", reason)
    assert "container web of pod web-new-" in verdict.message


@pytest.mark.parametrize(
    ("waiting", "message", "grace"),
    [
        ("ErrImagePull", "429 Too Many Requests: toomanyrequests", 60),
        ("ErrImagePull", "503 Service Unavailable", 60),
        ("ErrImagePull", "dial tcp: lookup registry.test: no such host", 60),
        ("ErrImagePull", "write /var/lib/not/found: no space left on device", 60),
        ("ImagePullBackOff", 'Back-off pulling image "x"', 60),
        ("CreateContainerConfigError", "failed to sync configmap cache: timed out waiting for the condition", 60),
        ("CreateContainerError", "context deadline exceeded", 60),
    ],
)
def test_their_transient_twins_are_given_time(waiting, message, grace):
    world = World().waiting(waiting, message)
    assert said(world)[0] == "progressing"
    assert said(world, after=5 + grace + 1)[0] == "failed"


def test_a_full_disk_is_named_with_its_node():
    cause = "failed to copy: failed to send write: write /var/lib/x/ingest/data: no space left on device"
    world = World().waiting("ImagePullBackOff", f'Back-off pulling image "x": ErrImagePull: {cause}')
    for pod in world.pods:
        pod["spec"]["nodeName"] = "node-1"
    verdict = world.verdict(after=66)
    assert (verdict.state, verdict.reason) == ("failed", "NodeDiskFull")
    assert verdict.message.endswith(f"cannot pull {w.IMAGE}, as the disk of node node-1 is full")


REFERENCE = (
    "1.dkr.ecr.eu-west-1.amazonaws.com/{}@sha256:69b2edeaebfe9449429c671c112a38b4842afd9a1af9e2b983e8575b6fd448d8"
)
PULL = "failed to pull and unpack image {0}: failed to resolve reference {0}: "


@pytest.mark.parametrize("repository", ["web", "timeout", "forbidden", "api/orders", "429"])
@pytest.mark.parametrize("quote", ['"', ""])
@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("not found", ("failed", "ImageNotFound")),
        (
            "unexpected status from HEAD request to https://timeout.test/v2/429/: 403 Forbidden",
            ("failed", "ImagePullDenied"),
        ),
        ("unexpected status from HEAD request to https://denied.test/v2/x/: 429 Too Many", ("progressing", "NotReady")),
        ('Head "https://denied.test/v2/x": dial tcp: i/o timeout', ("progressing", "NotReady")),
        ('Get "https://not-found.test/v2/": net/http: TLS handshake timeout', ("progressing", "NotReady")),
    ],
)
def test_names_in_a_message_say_nothing_about_the_cause(repository, quote, cause, expected):
    reference = quote + REFERENCE.format(repository) + quote
    message = f'Back-off pulling image "{reference}": ErrImagePull: rpc error: desc = {PULL.format(reference)}{cause}'
    assert said(World().waiting("ImagePullBackOff", message)) == expected


def test_a_bare_back_off_is_explained_by_the_pods_event():
    world = World().waiting("ImagePullBackOff", "Back-off pulling image")
    world.events = [
        {
            "involvedObject": {"uid": "uid-web-new-0"},
            "reason": "Failed",
            "message": 'Failed to pull image "x": not found',
            "lastTimestamp": w.at(8),
        }
    ]
    assert said(world) == ("failed", "ImageNotFound")


@pytest.mark.parametrize(
    ("waiting", "restarts", "last", "expected"),
    [
        ("CrashLoopBackOff", 2, CRASH, ("failed", "CrashLoop")),
        ("CrashLoopBackOff", 2, None, ("failed", "CrashLoop")),
        ("CrashLoopBackOff", 3, {"exitCode": 0, "reason": "Completed"}, ("failed", "CrashLoop")),
        ("CrashLoopBackOff", 2, {"exitCode": 137, "reason": "OOMKilled"}, ("failed", "OutOfMemory")),
        ("CrashLoopBackOff", 1, CRASH, ("progressing", "NotReady")),
        ("ContainerCreating", 2, {"exitCode": 0}, ("progressing", "NotReady")),
        ("CrashLoopBackOff", 2, {"exitCode": 128, "reason": "Error"}, ("progressing", "NotReady")),
        (
            "CrashLoopBackOff",
            2,
            {"exitCode": 128, "reason": "StartError", "message": "no route to host"},
            ("progressing", "NotReady"),
        ),
        ("CrashLoopBackOff", 2, {"exitCode": 127, "reason": "ContainerCannotRun"}, ("failed", "ContainerCannotRun")),
    ],
)
def test_crashes_have_to_be_confirmed(waiting, restarts, last, expected):
    assert said(World().waiting(waiting, restarts=restarts, last=last)) == expected


def test_crashed_twice_and_ready_now_is_fine():
    world = World()
    world.pods[0]["status"]["containerStatuses"][0].update(restartCount=4, lastState={"terminated": CRASH})
    assert said(world)[0] == "succeeded"


def test_a_single_crashing_pod_of_many_has_to_be_confirmed_by_others():
    world = World(10).unready(0, restartCount=5, lastState={"terminated": CRASH})
    assert said(world) == ("progressing", "NotReady")
    for index in range(1, 5):
        world.unready(index, restartCount=5, lastState={"terminated": CRASH})
    assert said(world) == ("failed", "CrashLoop")


def test_the_only_pod_of_a_surge_is_all_that_there_is():
    world = World(10).unready(0, restartCount=2, lastState={"terminated": CRASH})
    world.pods = world.pods[:1]
    world.old_pods(8)
    assert said(world) == ("failed", "CrashLoop")


def test_init_containers_are_inspected_too():
    world = World().unready(0)
    status = {"name": "migrate", "ready": False, "restartCount": 3, "lastState": {"terminated": CRASH}}
    world.pods[0]["status"]["initContainerStatuses"] = [status]
    world.pods = world.pods[:1]
    assert said(world) == ("failed", "CrashLoop")
    status.update(state={"terminated": {"exitCode": 0}}, lastState={"terminated": CRASH})
    assert said(world)[0] == "progressing"


def unschedulable(*events: tuple[str, float]) -> World:
    world = World().unready(0)
    broken = world.pods[0]
    broken["status"]["conditions"] = [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "lastTransitionTime": w.at(5),
            "message": "0/2 nodes",
        }
    ]
    world.events = [
        {"involvedObject": {"uid": broken["metadata"]["uid"]}, "reason": reason, "lastTimestamp": w.at(when)}
        for reason, when in events
    ]
    return world


@pytest.mark.parametrize(
    ("events", "after", "state"),
    [
        ((), 30, "progressing"),
        ((), 36, "failed"),
        ((("TriggeredScaleUp", 8),), 120, "progressing"),
        ((("Nominated", 8),), 120, "progressing"),
        ((("NotTriggerScaleUp", 8),), 9, "failed"),
        ((("NotTriggerScaleUp", 8), ("TriggeredScaleUp", 12)), 40, "progressing"),
    ],
)
def test_unschedulable_pods_wait_for_announced_nodes(events, after, state):
    assert said(unschedulable(*events), after=after)[0] == state


def test_volumes_and_sandboxes_have_their_own_grace():
    for reason, code, grace in (
        ("FailedMount", "VolumeNotMounted", 120),
        ("FailedCreatePodSandBox", "SandboxNotCreated", 60),
    ):
        world = World().unready(0)
        uid = world.pods[0]["metadata"]["uid"]
        world.events = [{"involvedObject": {"uid": uid}, "reason": reason, "message": "no", "lastTimestamp": w.at(6)}]
        assert said(world, after=grace) == ("progressing", "NotReady")
        assert said(world, after=5 + grace + 1) == ("failed", code)


def test_a_container_that_never_gets_ready_fails_when_its_probes_allow_no_more():
    world = World(1)
    world.unready(0, started=True, state={"running": {"startedAt": w.at(6)}})
    world.pods[0]["spec"]["containers"][0]["readinessProbe"] = {"periodSeconds": 20, "failureThreshold": 6}
    allowed = 20 + 1 + (6 + 1 - 3) * 20 + 20 / 2 + 1
    assert said(world, after=6 + allowed) == ("progressing", "NotReady")
    assert said(world, after=6 + allowed + 1) == ("failed", "NeverReady")


def test_a_readiness_gate_may_lag_behind():
    world = World(1)
    broken = w.pod("web-new-0", ready=True)
    broken["spec"]["readinessGates"] = [{"conditionType": "target-health.elbv2.k8s.aws/web"}]
    broken["status"]["conditions"][2]["status"] = "False"
    world.pods = [broken]
    assert said(world, after=100) == ("progressing", "NotReady")
    assert said(world, after=7 + 181) == ("failed", "ReadinessGate")


def deadline(last_update: float) -> World:
    world = World().unready(0)
    world.deployment["status"]["conditions"] = [
        {
            "type": "Progressing",
            "status": "False",
            "reason": "ProgressDeadlineExceeded",
            "lastUpdateTime": w.at(last_update),
        }
    ]
    world.deployment["spec"]["progressDeadlineSeconds"] = 60
    return world


def test_the_controllers_deadline_counts_only_when_it_is_of_this_rollout():
    assert said(deadline(61), after=62) == ("failed", "ProgressDeadlineExceeded")
    assert said(deadline(-300), after=62)[0] == "progressing"
    assert said(deadline(1), after=30)[0] == "progressing"


def test_time_over_names_what_was_missing():
    verdict = World().old_pods(1).verdict(after=600)
    assert (verdict.state, verdict.reason) == ("timed_out", "OtherPods")
    assert verdict.message.startswith("not finished after 600 s: 1 pods behind the same selector")


def test_a_rollout_that_is_complete_at_the_last_moment_succeeds():
    assert World().verdict(after=10_000, settings=Settings(timeout=1)).state == "succeeded"
