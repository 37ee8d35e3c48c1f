"""What brings roles to what is described."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.roles import calls, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError
from hypothesis import given
from hypothesis import strategies as st

BOUNDARY = "arn:aws:iam::123456789012:policy/creator-dev-boundary"
READ, WRITE = (f"arn:aws:iam::123456789012:policy/creator-dev-{name}" for name in ("read", "write"))


def document(action: str, **other: Any) -> dict[str, Any]:
    """A document of one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **other}]}


TRUST = document("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})
OWN = document("s3:GetObject", Resource="*")


def role(**other: Any) -> dict[str, Any]:
    """A role, as described and as found."""
    return {
        "path": "/",
        "description": "What nodes may do",
        "trust": TRUST,
        "boundary": BOUNDARY,
        "max_session_seconds": 3600,
        "managed_policies": [READ],
        "policies": {"own": OWN},
        "tags": {"a": "1"},
        **other,
    }


def test_a_role_is_created_within_its_boundary_before_it_may_do_anything() -> None:
    made = calls("node", role(), None)
    assert [method for method, _request in made] == ["create_role", "attach_role_policy", "put_role_policy"]
    request = made[0][1]
    assert request["PermissionsBoundary"] == BOUNDARY
    assert request["Tags"] == [{"Key": "a", "Value": "1"}]
    assert json.loads(request["AssumeRolePolicyDocument"]) == TRUST
    assert made[1][1] == {"RoleName": "node", "PolicyArn": READ}
    assert made[2][1]["PolicyName"] == "own"
    assert not {"PermissionsBoundary", "Tags"} & set(calls("node", role(boundary="", tags={}), None)[0][1])


@pytest.mark.parametrize(
    ("other", "step"),
    [
        ({"boundary": READ}, ("put_role_permissions_boundary", {"PermissionsBoundary": READ})),
        ({"boundary": ""}, ("delete_role_permissions_boundary", {})),
        (
            {"description": "Else"},
            ("update_role", {"Description": "Else", "MaxSessionDuration": 3600}),
        ),
        (
            {"max_session_seconds": 7200},
            ("update_role", {"Description": "What nodes may do", "MaxSessionDuration": 7200}),
        ),
        ({"managed_policies": []}, ("detach_role_policy", {"PolicyArn": READ})),
        ({"managed_policies": [WRITE, READ]}, ("attach_role_policy", {"PolicyArn": WRITE})),
        ({"policies": {}}, ("delete_role_policy", {"PolicyName": "own"})),
        ({"tags": {}}, ("untag_role", {"TagKeys": ["a"]})),
        ({"tags": {"a": "1", "b": "2"}}, ("tag_role", {"Tags": [{"Key": "b", "Value": "2"}]})),
    ],
)
def test_what_differs_is_changed_and_nothing_else(other: dict[str, Any], step: tuple[str, dict[str, Any]]) -> None:
    method, request = step
    assert calls("node", role(**other), role()) == [(method, {"RoleName": "node", **request})]


def test_documents_that_say_the_same_are_left_alone() -> None:
    trust = document("sts:AssumeRole", Principal={"Service": ["ec2.amazonaws.com"]})
    own = document("s3:GetObject", Resource=["*"])
    assert calls("node", role(trust=trust, policies={"own": own}), role()) == []


def test_other_documents_are_put() -> None:
    trust = document("sts:AssumeRole", Principal={"Service": "eks.amazonaws.com"})
    own = document("s3:PutObject", Resource="*")
    made = calls("node", role(trust=trust, policies={"own": own}), role())
    assert [method for method, _request in made] == ["update_assume_role_policy", "put_role_policy"]
    assert [json.loads(request["PolicyDocument"]) for _method, request in made] == [trust, own]


def test_what_is_unknown_is_set() -> None:
    have = {key: value for key, value in role().items() if key not in ("description", "max_session_seconds")}
    assert [method for method, _request in calls("node", role(), have)] == ["update_role"]


def test_a_path_cannot_change() -> None:
    with pytest.raises(ChangeError, match="role node has the path /, which cannot become /other/"):
        calls("node", role(path="/other/"), role())


def test_a_role_of_iam_is_read_from_its_two_answers() -> None:
    detail = {
        "Path": "/",
        "AssumeRolePolicyDocument": json.dumps(TRUST),
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": OWN}],
        "AttachedManagedPolicies": [{"PolicyArn": WRITE}, {"PolicyArn": READ}],
        "PermissionsBoundary": {"PermissionsBoundaryArn": BOUNDARY},
    }
    properties = project(detail, {"Description": "What nodes may do"})
    expected = role(managed_policies=[READ, WRITE])
    del expected["tags"]
    assert properties == expected
    assert not {"description", "max_session_seconds"} & set(project(detail, {}))


ROLES = st.builds(
    role,
    boundary=st.sampled_from(["", BOUNDARY, READ]),
    description=st.sampled_from(["", "one", "other"]),
    max_session_seconds=st.sampled_from([3600, 7200]),
    trust=st.sampled_from([TRUST, document("sts:TagSession", Principal={"Service": "ec2.amazonaws.com"})]),
    managed_policies=st.lists(st.sampled_from([READ, WRITE]), unique=True),
    policies=st.dictionaries(st.sampled_from(["own", "more"]), st.sampled_from([OWN, document("s3:*", Resource="*")])),
    tags=st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"])),
)


class Iam:
    """What the calls make of a role."""

    def __init__(self, have: dict[str, Any] | None) -> None:
        self.role = {key: dict(value) if isinstance(value, dict) else value for key, value in (have or {}).items()}
        self.role["managed_policies"] = set(self.role.get("managed_policies", []))

    def make(self, method: str, request: dict[str, Any]) -> None:
        """One call."""
        role, text = self.role, request.get("PolicyDocument", "null")
        if method == "create_role":
            role |= {"path": request["Path"], "policies": {}, "tags": {}, "boundary": ""}
            text = request["AssumeRolePolicyDocument"]
        for name, key in {
            "Description": "description",
            "MaxSessionDuration": "max_session_seconds",
            "PermissionsBoundary": "boundary",
        }.items():
            if name in request:
                role[key] = request[name]
        if method in ("create_role", "update_assume_role_policy"):
            role["trust"] = json.loads(text)
        role["tags"] |= {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
        if method == "delete_role_permissions_boundary":
            role["boundary"] = ""
        elif method == "attach_role_policy":
            role["managed_policies"].add(request["PolicyArn"])
        elif method == "detach_role_policy":
            role["managed_policies"].remove(request["PolicyArn"])
        elif method == "put_role_policy":
            role["policies"][request["PolicyName"]] = json.loads(text)
        elif method == "delete_role_policy":
            del role["policies"][request["PolicyName"]]
        elif method == "untag_role":
            for key in request["TagKeys"]:
                del role["tags"][key]


@given(ROLES, st.none() | ROLES)
def test_every_role_becomes_what_is_described(shall: dict[str, Any], have: dict[str, Any] | None) -> None:
    iam = Iam(have)
    for method, request in calls("node", shall, have):
        assert request["RoleName"] == "node"
        iam.make(method, request)
    assert normalize(iam.role) == normalize(shall)
    assert calls("node", shall, {**iam.role, "managed_policies": sorted(iam.role["managed_policies"])}) == []
