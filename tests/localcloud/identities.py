"""Users and sessions with policies of a test's own, for tests of what is allowed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
TRUST_ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}


def document(*statements: dict[str, Any]) -> str:
    """A policy document; statements allow everything on everything unless they say otherwise."""
    filled = [{"Effect": "Allow", "Action": "*", "Resource": "*"} | each for each in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": filled})


def trust(*statements: dict[str, Any]) -> str:
    """A trust policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(call: Callable[[], Any]) -> dict[str, Any]:
    """The error of a call that must be refused."""
    with pytest.raises(ClientError) as caught:
        call()
    found: dict[str, Any] = caught.value.response
    return found


Client = Callable[..., Any]


@pytest.fixture
def user(cloud: Any) -> Callable[..., Client]:
    """`user(*statements)`: a function that makes clients of a new user with these statements in a policy named `own`."""

    def make(*statements: dict[str, Any], name: str | None = None) -> Client:
        iam, who = cloud.client("iam"), name or f"u{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=who)
        if statements:
            iam.put_user_policy(UserName=who, PolicyName="own", PolicyDocument=document(*statements))
        key = iam.create_access_key(UserName=who)["AccessKey"]
        given = {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
        return lambda service, region=None: cloud.client(service, region, **given)

    return make


@pytest.fixture
def role(cloud: Any) -> Callable[..., Client]:
    """`role(*statements, …)`: clients of a session of a new role with these statements in a policy named `own`."""

    def make(*statements: dict[str, Any], boundary: str | None = None, **session: Any) -> Client:
        iam, name = cloud.client("iam"), f"r{uuid.uuid4().hex[:8]}"
        extra = {"PermissionsBoundary": boundary} if boundary else {}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(TRUST_ACCOUNT), **extra)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        keys = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="run", **session)["Credentials"]
        return clients(cloud, keys)

    return make


def clients(cloud: Any, keys: dict[str, Any]) -> Client:
    """Clients of a session."""
    given = {
        "access_key_id": keys["AccessKeyId"],
        "secret_access_key": keys["SecretAccessKey"],
        "session_token": keys["SessionToken"],
    }
    return lambda service, region=None: cloud.client(service, region, **given)


def last(cloud: Any, service: str) -> dict[str, Any]:
    """The latest record of a service."""
    found: dict[str, Any] = cloud.control.get(f"requests?service={service}&limit=1")[0]
    return found
