"""Which pods become targets of a binding, and what their readiness gates are told."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.target_groups import decisions

BINDING: dict[str, Any] = {
    "metadata": {"name": "web", "namespace": "creator"},
    "spec": {"serviceRef": {"name": "web", "port": 80}, "targetType": "ip"},
}
SERVICE = {
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
}
GATE = "target-health.elbv2.k8s.aws/web"


def pod(
    name: str = "a", address: str = "198.18.1.2", *, ready: str = "True", gate: str | None = "False", **meta: Any
) -> Any:
    conditions = [{"type": "ContainersReady", "status": ready}]
    if gate is not None:
        conditions.append({"type": GATE, "status": gate, "reason": "", "message": ""})
    return {
        "metadata": {"name": name, "namespace": "creator", "uid": f"uid-{name}", "labels": {"app": "web"}, **meta},
        "spec": {
            "readinessGates": [{"conditionType": GATE}],
            "containers": [{"ports": [{"name": "http", "containerPort": 8080}]}],
        },
        "status": {"podIP": address, "conditions": conditions},
    }


@pytest.mark.parametrize(
    ("change", "there"),
    [
        ({}, True),
        ({"ready": "False"}, False),
        ({"deletionTimestamp": "now"}, False),
        ({"address": ""}, False),
        ({"labels": {"app": "api"}}, False),
    ],
)
def test_targets_are_ready_pods_that_do_not_end(change: dict[str, Any], there: bool) -> None:
    found = decisions.targets(BINDING, SERVICE, [pod(**change)])
    assert list(found) == ([("198.18.1.2", 8080)] if there else [])


@pytest.mark.parametrize("port", [80, "http"])
def test_ports_are_found_by_number_and_name(port: Any) -> None:
    binding = {**BINDING, "spec": {"serviceRef": {"name": "web", "port": port}}}
    assert list(decisions.targets(binding, SERVICE, [pod()])) == [("198.18.1.2", 8080)]


def test_without_a_service_or_its_port_nothing_is_a_target() -> None:
    assert decisions.targets(BINDING, None, [pod()]) == {}
    assert decisions.targets({**BINDING, "spec": {"serviceRef": {"name": "web", "port": 81}}}, SERVICE, [pod()]) == {}
    without = {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}
    assert decisions.targets(BINDING, without, [pod()]) == {}


def test_what_is_new_is_registered_and_what_ended_is_deregistered() -> None:
    wanted = decisions.targets(BINDING, SERVICE, [pod("b", "198.18.1.3", gate=None)])
    found = decisions.change(BINDING, wanted, {("198.18.1.2", 8080): ("healthy", "", "")})
    assert (found.register, found.deregister) == ([("198.18.1.3", 8080)], [("198.18.1.2", 8080)])
    patch = found.conditions["/api/v1/namespaces/creator/pods/b/status"]
    condition = patch["status"]["conditions"][0]
    assert (condition["type"], condition["status"], condition["reason"]) == (
        GATE,
        "False",
        "Elb.RegistrationInProgress",
    )
    assert patch["metadata"]["uid"] == "uid-b"
    assert found.waiting


@pytest.mark.parametrize(
    ("state", "before", "told"),
    [
        ("healthy", "False", "True"),
        ("healthy", "True", None),
        ("unhealthy", "True", "False"),
        ("initial", "False", "False"),
        ("draining", "True", "False"),
    ],
)
def test_a_gate_opens_with_a_healthy_target_alone(state: str, before: str, told: str | None) -> None:
    wanted = decisions.targets(BINDING, SERVICE, [pod(gate=before)])
    reason = "" if state == "healthy" else "Why"
    found = decisions.change(BINDING, wanted, {("198.18.1.2", 8080): (state, reason, "")})
    said = [each["status"]["conditions"][0]["status"] for each in found.conditions.values()]
    assert said == ([] if told is None else [told])
    assert found.waiting == (state != "healthy")


def test_pods_without_the_gate_are_not_told() -> None:
    plain = pod()
    plain["spec"]["readinessGates"] = []
    wanted = decisions.targets(BINDING, SERVICE, [plain])
    found = decisions.change(BINDING, wanted, {("198.18.1.2", 8080): ("initial", "Why", "")})
    assert (found.conditions, found.waiting) == ({}, False)


def test_new_pods_get_the_gates_of_the_bindings_whose_service_selects_them() -> None:
    new = {"metadata": {"labels": {"app": "web"}}, "spec": {}}
    other = {"metadata": {"labels": {"app": "worker"}}, "spec": {}}
    assert decisions.gates(new, [BINDING], {"web": SERVICE}) == [GATE]
    assert decisions.gates(other, [BINDING], {"web": SERVICE}) == []
    assert decisions.gates(new, [BINDING], {}) == []
    assert decisions.gates(pod(), [BINDING], {"web": SERVICE}) == []
    assert decisions.injection(new, [GATE]) == [
        {"op": "add", "path": "/spec/readinessGates", "value": [{"conditionType": GATE}]}
    ]
    assert decisions.injection(new, []) == []


def test_nobody_waits_for_a_binding_that_goes() -> None:
    found = decisions.released(BINDING, [pod(), pod("b", gate="True")])
    assert [each["status"]["conditions"][0]["status"] for each in found.values()] == ["True", "True"]
