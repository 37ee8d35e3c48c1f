"""IAM as extended: quotas, boundaries, audiences of providers, what is told of managed policies."""

from __future__ import annotations

import json
from typing import Any

import pytest

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
ABSENT = "arn:aws:iam::123456789012:policy/absent"


def policy(words: int = 1) -> str:
    """A policy that names so many buckets."""
    resources = [f"arn:aws:s3:::{number:060}" for number in range(words)]
    statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_managed_policies_are_told_by_name(cloud: Any) -> None:
    iam = cloud.client("iam")
    made = iam.create_policy(PolicyName="told", PolicyDocument=policy())["Policy"]
    (found,) = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"]
    assert (found["PolicyName"], found["PolicyId"]) == ("told", made["PolicyId"])


def test_policies_have_a_size_and_roles_a_number_of_them(cloud: Any) -> None:
    iam = cloud.client("iam")
    with pytest.raises(iam.exceptions.LimitExceededException, match="PolicySize: 6144"):
        iam.create_policy(PolicyName="long", PolicyDocument=policy(90))
    iam.create_role(RoleName="full", AssumeRolePolicyDocument=TRUST)
    for number in range(10):
        made = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=policy())["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="full", PolicyArn=made)
    more = iam.create_policy(PolicyName="more", PolicyDocument=policy())["Policy"]["Arn"]
    with pytest.raises(iam.exceptions.LimitExceededException, match="PoliciesPerRole: 10"):
        iam.attach_role_policy(RoleName="full", PolicyArn=more)
    iam.put_role_policy(RoleName="full", PolicyName="one", PolicyDocument=policy(100))
    with pytest.raises(iam.exceptions.LimitExceededException, match="10240"):
        iam.put_role_policy(RoleName="full", PolicyName="two", PolicyDocument=policy(100))
    iam.put_role_policy(RoleName="full", PolicyName="one", PolicyDocument=policy(110))


def test_a_boundary_must_be_there(cloud: Any) -> None:
    iam = cloud.client("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=ABSENT)
    made = iam.create_policy(PolicyName="bound", PolicyDocument=policy())["Policy"]["Arn"]
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=made)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=ABSENT)


def test_a_policy_in_use_stays(cloud: Any) -> None:
    iam = cloud.client("iam")
    arn = iam.create_policy(PolicyName="in-use", PolicyDocument=policy())["Policy"]["Arn"]
    iam.create_role(RoleName="limited", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    for use, end in (
        (lambda: None, lambda: iam.delete_role_permissions_boundary(RoleName="limited")),
        (
            lambda: iam.attach_role_policy(RoleName="limited", PolicyArn=arn),
            lambda: iam.detach_role_policy(RoleName="limited", PolicyArn=arn),
        ),
    ):
        use()
        with pytest.raises(iam.exceptions.DeleteConflictException):
            iam.delete_policy(PolicyArn=arn)
        end()
    iam.delete_policy(PolicyArn=arn)


def test_audiences_of_a_provider_change(cloud: Any) -> None:
    iam = cloud.client("iam")
    request = {"Url": "https://issuer.example.com", "ClientIDList": ["a"]}
    arn = iam.create_open_id_connect_provider(**request)["OpenIDConnectProviderArn"]
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="b")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="a")
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["b"]


def test_an_update_of_a_role_leaves_what_it_does_not_name(cloud: Any) -> None:
    iam = cloud.client("iam")
    iam.create_role(RoleName="kept", AssumeRolePolicyDocument=TRUST, Description="words", MaxSessionDuration=7200)
    iam.update_role(RoleName="kept", MaxSessionDuration=3600)
    iam.update_role(RoleName="kept", Description="others")
    found = iam.get_role(RoleName="kept")["Role"]
    assert (found["Description"], found["MaxSessionDuration"]) == ("others", 3600)
    iam.update_role(RoleName="kept", MaxSessionDuration=5000)
    assert iam.get_role(RoleName="kept")["Role"]["Description"] == "others"
