"""What pods get for the credentials of their role, whose token it is, and how the session is called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.kubernetes import pod_identity

REGION, ENDPOINT = "eu-west-1", "http://198.18.0.1:4566"


def patched(pod: dict[str, Any], grant: pod_identity.Grant) -> dict[str, Any]:
    """The spec after the patch, whose operations all replace a member of it."""
    spec = dict(pod["spec"])
    for operation in pod_identity.patch(pod, grant, REGION, ENDPOINT):
        assert operation["op"] == "add"
        spec[operation["path"].removeprefix("/spec/")] = operation["value"]
    return spec


def pod(*containers: dict[str, Any], annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"annotations": annotations or {}}, "spec": {"containers": list(containers), **spec}}


def names(container: dict[str, Any]) -> set[str]:
    return {each["name"] for each in container.get("env", [])}


def test_what_stands_in_a_pod_stays() -> None:
    own = {"name": "media", "emptyDir": {}}
    container = {
        "name": "main", "image": "i", "env": [{"name": "A", "value": "b"}],
        "volumeMounts": [{"name": "media", "mountPath": "/media"}],
    }  # fmt: skip
    spec = patched(pod(container, volumes=[own], hostname="h"), pod_identity.association())
    assert own in spec["volumes"]
    assert spec["hostname"] == "h"
    (made,) = spec["containers"]
    assert made["env"][0] == {"name": "A", "value": "b"}
    assert made["volumeMounts"][0]["mountPath"] == "/media"
    assert made["image"] == "i"


@pytest.mark.parametrize(
    ("held", "missing"),
    [
        ("AWS_REGION", {"AWS_DEFAULT_REGION"}),
        ("AWS_ENDPOINT_URL", set()),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}),
    ],
)
def test_a_containers_own_values_win(held: str, missing: set[str]) -> None:
    container = {"name": "main", "env": [{"name": held, "value": "own"}]}
    (made,) = patched(pod(container), pod_identity.association())["containers"]
    assert [each["value"] for each in made["env"] if each["name"] == held] == ["own"]
    assert not missing & names(made)


def test_containers_that_are_to_be_skipped_get_nothing() -> None:
    annotations = {pod_identity.SKIPPED_ANNOTATION: "proxy, other"}
    spec = patched(pod({"name": "main"}, {"name": "proxy"}, annotations=annotations), pod_identity.association())
    assert [bool(names(container)) for container in spec["containers"]] == [True, False]


@pytest.mark.parametrize(("text", "seconds"), [("3600", 3600), ("1", 600), ("soon", 86400), ("", 86400)])
def test_how_long_the_token_is_good_for(text: str, seconds: int) -> None:
    annotations = {pod_identity.EXPIRATION_ANNOTATION: text}
    (volume,) = patched(pod({"name": "main"}, annotations=annotations), pod_identity.association())["volumes"]
    assert volume["projected"]["sources"][0]["serviceAccountToken"]["expirationSeconds"] == seconds


def test_a_second_look_adds_nothing() -> None:
    first = patched(pod({"name": "main"}), pod_identity.association())
    assert patched({"metadata": {}, "spec": first}, pod_identity.association()) == first


def test_web_identity_needs_a_role() -> None:
    assert pod_identity.web_identity({"other": "a"}) is None
    found = pod_identity.web_identity({pod_identity.ROLE_ANNOTATION: "arn", pod_identity.AUDIENCE_ANNOTATION: "mine"})
    assert found is not None
    assert (found.audience, found.variables["AWS_ROLE_ARN"]) == ("mine", "arn")


GOOD: dict[str, Any] = {
    "authenticated": True,
    "audiences": ["pods.eks.amazonaws.com"],
    "user": {
        "username": "system:serviceaccount:creator:api",
        "extra": {
            "authentication.kubernetes.io/pod-name": ["api-1"],
            "authentication.kubernetes.io/pod-uid": ["u"],
            "authentication.kubernetes.io/node-name": ["container-0"],
        },
    },
}


def test_whose_token_it_is() -> None:
    assert pod_identity.bearer(GOOD) == pod_identity.Bearer("creator", "api", "api-1", "u", "container-0")


@pytest.mark.parametrize(
    "change",
    [
        {"authenticated": False},
        {"authenticated": None},
        {"audiences": ["sts.amazonaws.com"]},
        {"audiences": None},
        {"user": {**GOOD["user"], "username": "arn:aws:iam::123456789012:role/api"}},
        {"user": {**GOOD["user"], "username": "system:node:container-0"}},
        {"user": {**GOOD["user"], "extra": {}}},
        {"user": {**GOOD["user"], "extra": None}},
        {"user": None},
    ],
)
def test_what_is_no_pods_token_speaks_for_nobody(change: dict[str, Any]) -> None:
    assert pod_identity.bearer({**GOOD, **change}) is None
    assert pod_identity.bearer({}) is None


@given(
    st.from_regex(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,99}", fullmatch=True),
    st.from_regex(r"[a-z0-9.-]{1,253}", fullmatch=True),
)
def test_sts_takes_the_name_of_the_session(cluster: str, name: str) -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: RoleSessionName."""
    unique = "2f1c0a54-0b7c-4d8e-9f55-1f6f3a1b2c3d"
    found = pod_identity.session_name(cluster, name, unique)
    assert len(found) <= 64
    assert found.endswith(unique)
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=,.@-")
