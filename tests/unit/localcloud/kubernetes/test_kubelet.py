"""What a simulated kubelet says of pods: tables of faults, and properties that hold at every moment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.kubernetes import kubelet, logs, pod_memory
from localcloud.kubernetes.pod_memory import Image

GOOD = Image("repo/web:1", "repo/web@sha256:aa")
MISSING = Image("repo/web:1", error=pod_memory.not_found("repo/web:1"))


def pod(
    annotations: dict[str, str] | None = None, containers: tuple[str, ...] = ("web",), **spec: Any
) -> dict[str, Any]:
    named = {pod_memory.ANNOTATION + key: value for key, value in (annotations or {}).items()}
    return {
        "metadata": {"name": "web-1", "namespace": "creator", "uid": "u-1", "annotations": named},
        "spec": {"containers": [{"name": name, "image": "repo/web:1"} for name in containers], **spec},
        "status": {},
    }


def play(
    subject: dict[str, Any], seconds: float, image: Image = GOOD, begin: float = 1000.0
) -> tuple[dict[str, Any], list[pod_memory.Event]]:
    """The status after `seconds`, looked at whenever the kubelet wants to look; with all events."""
    images = {container["name"]: image for container in subject["spec"]["containers"]}
    memory, now, events, status = kubelet.remember(subject, images, begin), begin, [], {}
    while True:
        step = kubelet.advance(memory, subject, now)
        events += step.events
        status = step.status or status
        subject["status"] = status
        if step.again_in is None or now + step.again_in > begin + seconds:
            return status, events
        now += step.again_in


def reasons(events: list[pod_memory.Event]) -> list[str]:
    return [event.reason for event in events]


def test_a_good_pod_is_ready_within_a_second() -> None:
    status, events = play(pod(), 1.0)
    container = status["containerStatuses"][0]
    assert status["phase"] == "Running"
    assert container["ready"]
    assert container["imageID"] == "repo/web@sha256:aa"
    assert {"type": "Ready", "status": "True"}.items() <= next(
        c for c in status["conditions"] if c["type"] == "Ready"
    ).items()
    assert reasons(events) == ["Pulling", "Pulled", "Created", "Started"]


def test_a_good_pod_needs_no_second_look() -> None:
    subject = pod()
    memory = kubelet.remember(subject, {"web": GOOD}, 0.0)
    now = 0.0
    while (step := kubelet.advance(memory, subject, now)).again_in is not None:
        now += step.again_in
    assert now < 1.0


@pytest.mark.parametrize(
    ("image", "annotations"),
    [(MISSING, {}), (GOOD, {"fault": "image-unpullable"})],
    ids=["not in the registry", "by fault"],
)
def test_an_unpullable_image_is_told_as_the_kubelet_tells_it(image: Image, annotations: dict[str, str]) -> None:
    first, _ = play(pod(annotations), 0.5, image)
    waiting = first["containerStatuses"][0]["state"]["waiting"]
    assert waiting["reason"] == "ErrImagePull"
    assert "repo/web:1: not found" in waiting["message"]
    later, events = play(pod(annotations), 3.0, image)
    assert later["phase"] == "Pending"
    assert later["containerStatuses"][0]["state"]["waiting"]["reason"] == "ImagePullBackOff"
    assert reasons(events) == ["Pulling", "Failed", "Failed", "BackOff", "Failed"]


def test_an_image_that_comes_later_is_pulled_then() -> None:
    subject = pod()
    memory = kubelet.remember(subject, {"web": MISSING}, 0.0)
    kubelet.advance(memory, subject, 0.0)
    memory.containers[0].image = GOOD
    for moment in (1.0, 6.0, 6.1, 6.5, 7.0):
        step = kubelet.advance(memory, subject, moment)
    assert step.status is not None
    assert step.status["containerStatuses"][0]["ready"]


def test_a_crash_loop_grows_its_restarts_and_pauses() -> None:
    status, events = play(pod({"fault": "crash-loop"}), 9.0)
    container = status["containerStatuses"][0]
    assert (
        container["restartCount"] == 3
    )  # crashes at 0.8, 1.5, 3.0 and 5.5: at once, after 1 s, after 2 s, and now for 4 s
    assert container["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert container["state"]["waiting"]["message"].startswith(
        "back-off 4s restarting failed container=web pod=web-1_creator(u-1)"
    )
    assert container["lastState"]["terminated"]["exitCode"] == 1
    assert container["lastState"]["terminated"]["reason"] == "Error"
    assert reasons(events).count("BackOff") == 3


def test_a_crash_heals_after_its_count() -> None:
    status, _ = play(pod({"fault": "crash-loop", "fault-count": "2"}), 10.0)
    assert status["containerStatuses"][0]["restartCount"] == 2
    assert status["containerStatuses"][0]["ready"]


def test_oom_is_137() -> None:
    status, _ = play(pod({"fault": "oom"}), 2.0)
    terminated = status["containerStatuses"][0]["lastState"]["terminated"]
    assert (terminated["reason"], terminated["exitCode"]) == ("OOMKilled", 137)


def test_never_ready_runs_and_says_why_not() -> None:
    status, events = play(pod({"fault": "never-ready"}), 5.0)
    assert status["phase"] == "Running"
    assert not status["containerStatuses"][0]["ready"]
    assert "Unhealthy" in reasons(events)


def test_ready_flap_is_ready_and_unready_in_turn() -> None:
    subject = pod({"fault": "ready-flap", "flap-seconds": "2"})
    seen = [
        play(subject | {"status": {}}, seconds)[0]["containerStatuses"][0]["ready"] for seconds in (1.0, 3.0, 5.0, 7.0)
    ]
    assert seen == [True, False, True, False]


def test_a_fault_of_the_image_acts_without_an_annotation_of_the_pod() -> None:
    image = Image("repo/web:1", "repo/web@sha256:aa", annotations={pod_memory.ANNOTATION + "fault": "crash-loop"})
    status, _ = play(pod(), 2.0, image)
    assert status["containerStatuses"][0]["restartCount"] >= 1


def test_a_fault_is_that_of_one_container() -> None:
    status, _ = play(pod({"fault": "never-ready", "fault-container": "sidecar"}, ("web", "sidecar")), 5.0)
    assert [container["ready"] for container in status["containerStatuses"]] == [True, False]
    ready = next(condition for condition in status["conditions"] if condition["type"] == "Ready")
    assert ready["message"] == "containers with unready status: [sidecar]"


@pytest.mark.parametrize(
    ("fault", "phase", "code"), [({}, "Succeeded", 0), ({"fault": "crash-loop", "exit-code": "3"}, "Failed", 3)]
)
def test_a_pod_that_is_not_restarted_ends(fault: dict[str, str], phase: str, code: int) -> None:
    status, _ = play(pod(fault, restartPolicy="Never"), 5.0)
    assert status["phase"] == phase
    assert status["containerStatuses"][0]["state"]["terminated"]["exitCode"] == code


@given(
    fault=st.sampled_from(["", *pod_memory.FAULTS]),
    moments=st.lists(st.floats(min_value=0.0, max_value=4.0), min_size=1, max_size=20),
    restart=st.sampled_from(["Always", "Never", "OnFailure"]),
)
def test_what_holds_at_every_moment(fault: str, moments: list[float], restart: str) -> None:
    subject = pod({"fault": fault} if fault else {}, restartPolicy=restart)
    memory, now, restarts = kubelet.remember(subject, {"web": GOOD}, 0.0), 0.0, 0
    for moment in moments:
        now += moment
        step = kubelet.advance(memory, subject, now)
        subject["status"] = step.status or subject["status"]
        container = subject["status"]["containerStatuses"][0]
        assert container["restartCount"] >= restarts
        restarts = container["restartCount"]
        assert len(container["state"]) == 1
        assert not container["ready"] or "running" in container["state"]
        assert step.again_in is None or step.again_in > 0
        if "running" in container["state"]:
            assert container["imageID"] == GOOD.id


def test_a_new_memory_takes_up_the_status_of_the_old_one() -> None:
    subject = pod({"fault": "crash-loop"})
    subject["status"], _ = play(subject, 4.0)
    again = kubelet.remember(subject, {"web": GOOD}, 2000.0)
    assert again.containers[0].restarts == subject["status"]["containerStatuses"][0]["restartCount"]
    assert again.containers[0].state == "crashed"


def test_the_log_of_the_crash_tells_the_fault() -> None:
    subject = pod({"fault": "crash-loop"})
    memory = kubelet.remember(subject, {"web": GOOD}, 0.0)
    for moment in (0.0, 0.5, 2.0):
        kubelet.advance(memory, subject, moment)
    lines = logs.lines(subject, memory, "web", previous=True)
    assert lines is not None
    assert '"fault": "crash-loop"' in lines[-1]
    assert logs.lines(subject, memory, "other", previous=False) is None
