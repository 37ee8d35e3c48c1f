"""STS's session policies: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""

from __future__ import annotations

import json
from typing import Any

import pytest

NOBODY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}],
    }
)


@pytest.mark.parametrize("policy", ["invalid policy", "[]", '{"Version": '])
def test_a_session_policy_is_json(cloud: Any, policy: str) -> None:
    """A role's session and a federated user's have none that is not a JSON object."""
    iam, sts = cloud.client("iam"), cloud.client("sts")
    if not any(role["RoleName"] == "session" for role in iam.list_roles()["Roles"]):
        iam.create_role(RoleName="session", AssumeRolePolicyDocument=TRUST)
    arn = iam.get_role(RoleName="session")["Role"]["Arn"]
    asked = {"RoleArn": arn, "RoleSessionName": "one"}
    assert sts.assume_role(**asked, Policy=NOBODY)["Credentials"]["SessionToken"]
    with pytest.raises(sts.exceptions.MalformedPolicyDocumentException, match="not in the valid JSON format"):
        sts.assume_role(**asked, Policy=policy)
    with pytest.raises(sts.exceptions.MalformedPolicyDocumentException, match="not in the valid JSON format"):
        sts.get_federation_token(Name="somebody", Policy=policy)
