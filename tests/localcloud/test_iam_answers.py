"""IAM's lists by path, users of a boundary and service credentials, and Parameter Store's order.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest


def test_instance_profiles_by_path(cloud: Any) -> None:
    """Only those below the path."""
    client = cloud.client("iam")
    client.create_instance_profile(InstanceProfileName="above")
    client.create_instance_profile(InstanceProfileName="below", Path="/nodes/blue/")
    found = client.list_instance_profiles(PathPrefix="/nodes/")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in found] == ["below"]
    assert len(client.list_instance_profiles()["InstanceProfiles"]) == 2


def test_users_of_a_boundary(cloud: Any) -> None:
    """A policy says of how many roles it is the boundary."""
    client = cloud.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    arn = client.create_policy(PolicyName="boundary", PolicyDocument=document)["Policy"]["Arn"]
    assert client.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 0
    for name in ("first", "second"):
        client.create_role(RoleName=name, PermissionsBoundary=arn, AssumeRolePolicyDocument=document)
    assert client.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 2
    bound = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    assert client.get_role(RoleName="first")["Role"]["PermissionsBoundary"] == bound
    client.delete_role_permissions_boundary(RoleName="first")
    assert "PermissionsBoundary" not in client.get_role(RoleName="first")["Role"]
    assert client.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 1


def test_service_credentials(cloud: Any) -> None:
    """A password once, two for a service at most, none for a service that takes none."""
    client = cloud.client("iam")
    client.create_user(UserName="writer")
    assert client.list_service_specific_credentials(UserName="writer")["ServiceSpecificCredentials"] == []
    with pytest.raises(client.exceptions.NoSuchEntityException):
        client.list_service_specific_credentials(UserName="absent")
    asked = {"UserName": "writer", "ServiceName": "codecommit.amazonaws.com"}
    made = client.create_service_specific_credential(**asked)["ServiceSpecificCredential"]
    assert made["ServiceUserName"] == "writer-at-123456789012"
    assert made["ServicePassword"]
    client.create_service_specific_credential(**asked)
    with pytest.raises(client.exceptions.LimitExceededException):
        client.create_service_specific_credential(**asked)
    identifier = {"UserName": "writer", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    client.update_service_specific_credential(**identifier, Status="Inactive")
    reset = client.reset_service_specific_credential(**identifier)["ServiceSpecificCredential"]
    assert reset["ServicePassword"] != made["ServicePassword"]
    listed = client.list_service_specific_credentials(UserName="writer")["ServiceSpecificCredentials"]
    assert [found["Status"] for found in listed] == ["Inactive", "Active"]
    assert "ServicePassword" not in listed[0]
    client.delete_service_specific_credential(**identifier)
    with pytest.raises(client.exceptions.NoSuchEntityException):
        client.delete_service_specific_credential(**identifier)


def test_parameters_by_path_are_sorted(cloud: Any) -> None:
    """By name, whatever the order in which they were written."""
    client = cloud.client("ssm")
    for name in ("/sorted/b", "/sorted/B/key", "/sorted/a/key", "/sorted/A/key"):
        client.put_parameter(Name=name, Value="x", Type="String")
    found = client.get_parameters_by_path(Path="/sorted", Recursive=True)["Parameters"]
    assert [parameter["Name"] for parameter in found] == sorted(parameter["Name"] for parameter in found)
    assert len(found) == 4
