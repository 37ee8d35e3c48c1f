"""What brings managed policies to what is described."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.documents import by_name, difference
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.policies import (
    calls,
    normalize,
    project,
    versions,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError
from hypothesis import given
from hypothesis import strategies as st

ARN = "arn:aws:iam::123456789012:policy/creator-dev-read"


def document(*actions: str) -> dict[str, Any]:
    """A document that allows actions."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def wanted(**other: Any) -> dict[str, Any]:
    """What is described."""
    return {"path": "/", "document": document("s3:GetObject"), "tags": {"a": "1"}, **other}


def found(*ids: str, **other: Any) -> dict[str, Any]:
    """What is there: the last of its versions is in force."""
    return {**wanted(), "arn": ARN, "versions": list(ids or ("v1",)), **other}


def test_what_is_missing_is_created_with_its_tags() -> None:
    ((method, request),) = calls("read", wanted(), None)
    assert method == "create_policy"
    assert json.loads(request.pop("PolicyDocument")) == document("s3:GetObject")
    assert request == {"PolicyName": "read", "Path": "/", "Tags": [{"Key": "a", "Value": "1"}]}
    assert "Tags" not in calls("read", wanted(tags={}), None)[0][1]


def test_what_says_the_same_is_left_alone() -> None:
    same = document("s3:GetObject")
    same["Statement"][0]["Action"] = "s3:GetObject"
    assert calls("read", wanted(document=same), found()) == []


@pytest.mark.parametrize(
    ("ids", "steps"),
    [
        (["v1"], ["create_policy_version", "delete_policy_version v1"]),
        (["v1", "v2"], ["create_policy_version", "delete_policy_version v1", "delete_policy_version v2"]),
        # IAM takes no sixth: the oldest makes room, and what is in force stays until the new version is.
        (
            ["v7", "v8", "v9", "v11", "v10"],
            ["delete_policy_version v7", "create_policy_version"]
            + [f"delete_policy_version {each}" for each in ("v8", "v9", "v11", "v10")],
        ),
    ],
)
def test_another_document_becomes_the_only_version(ids: list[str], steps: list[str]) -> None:
    made = calls("read", wanted(document=document("s3:PutObject")), found(*ids))
    assert [f"{method} {request.get('VersionId', '')}".strip() for method, request in made] == steps
    (new,) = [request for method, request in made if method == "create_policy_version"]
    assert new["SetAsDefault"] is True
    assert json.loads(new["PolicyDocument"]) == document("s3:PutObject")


def test_a_version_that_could_be_chosen_again_goes() -> None:
    assert calls("read", wanted(), found("v1", "v3")) == [
        ("delete_policy_version", {"PolicyArn": ARN, "VersionId": "v1"})
    ]


def test_tags_are_set_and_taken_away() -> None:
    made = calls("read", wanted(tags={"b": "2"}), found())
    assert made == [
        ("tag_policy", {"PolicyArn": ARN, "Tags": [{"Key": "b", "Value": "2"}]}),
        ("untag_policy", {"PolicyArn": ARN, "TagKeys": ["a"]}),
    ]


def test_a_path_cannot_change() -> None:
    with pytest.raises(ChangeError, match="policy read has the path /, which cannot become /other/: remove the policy"):
        calls("read", wanted(path="/other/"), found())


def test_a_detail_of_iam_is_read() -> None:
    encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D"
    detail = {
        "Path": "/",
        "DefaultVersionId": "v10",
        "PolicyVersionList": [
            {"VersionId": "v10", "IsDefaultVersion": True, "Document": encoded},
            {"VersionId": "v11", "IsDefaultVersion": False, "Document": document("s3:GetObject")},
            {"VersionId": "v9", "IsDefaultVersion": False, "Document": document("s3:PutObject")},
        ],
    }
    assert project(detail) == {"path": "/", "document": {"Version": "2012-10-17", "Statement": []}}
    assert versions(detail) == ["v9", "v11", "v10"]
    # What is not in force says nothing of what is.
    assert project({"Path": "/", "PolicyVersionList": []})["document"] == {}


def test_a_name_is_given_once() -> None:
    row = {"name": "read", **wanted()}
    assert by_name("policy", [row]) == {"read": wanted()}
    with pytest.raises(ChangeError, match="policy read is given more than once"):
        by_name("policy", [row, row])


def test_a_diff_has_what_changes_and_the_whole_of_what_is_new() -> None:
    have = {"read": found(), "same": found()}
    told = difference({"read": wanted(tags={}), "same": wanted(), "new": wanted()}, have)
    assert told == {
        "before": {"read": {"tags": {"a": "1"}}, "new": {}},
        "after": {"read": {"tags": {}}, "new": wanted()},
    }


def test_a_diff_says_null_of_what_is_unknown() -> None:
    told = difference({"node": {"description": "nodes", "path": "/"}}, {"node": {"path": "/"}})
    assert told == {"before": {"node": {"description": None}}, "after": {"node": {"description": "nodes"}}}


ACTIONS = st.lists(st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]), min_size=1, unique=True)


@given(ACTIONS, ACTIONS, st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True))
def test_one_version_is_left_and_it_says_what_was_described(have: list[str], shall: list[str], ids: list[int]) -> None:
    kept = {f"v{number}": document(*have) for number in ids}
    current = f"v{ids[-1]}"
    for method, request in calls("read", wanted(document=document(*shall)), found(*kept, document=document(*have))):
        if method == "create_policy_version":
            assert len(kept) < 5
            current = "v99"
            kept[current] = json.loads(request["PolicyDocument"])
        else:
            assert method == "delete_policy_version"
            assert request["VersionId"] != current
            del kept[request["VersionId"]]
    assert list(kept) == [current]
    assert normalize({"document": kept[current]}) == normalize({"document": document(*shall)})
