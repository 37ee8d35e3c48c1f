"""IAM: instance profiles are listed by path, and users have credentials for single services.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html (PermissionsBoundaryUsageCount)
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServiceSpecificCredential.html
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import LimitExceededException, NotFoundException, ValidationError
from moto.iam.models import ManagedPolicy, Role
from moto.iam.responses import IamResponse
from moto.iam.utils import random_resource_id

from localcloud.cloud import Cloud

#: Services that take such credentials, and how many a user has for each.
_SERVICES = frozenset({"codecommit.amazonaws.com", "cassandra.amazonaws.com"})
_AT_MOST = 2


def install(cloud: Cloud) -> None:
    """Patch moto's IAM."""
    policy: Any = ManagedPolicy
    policy.permissions_boundary_usage_count = property(_boundary_uses)
    role: Any = Role
    role.permissions_boundary = property(_boundary)
    response: Any = IamResponse
    for operation in (
        list_instance_profiles, list_service_specific_credentials, create_service_specific_credential,
        update_service_specific_credential, reset_service_specific_credential, delete_service_specific_credential,
    ):  # fmt: skip
        setattr(response, operation.__name__, operation)


def _boundary(role: Any) -> dict[str, str] | None:
    """The type is always Policy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachedPermissionsBoundary.html"""
    arn = role.permissions_boundary_arn
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None


def _boundary_uses(policy: Any) -> int:
    """How many roles have the policy for their boundary; moto gives users none."""
    roles = list(policy.backend.roles.values())
    return sum(role.permissions_boundary_arn == policy.arn for role in roles)


def list_instance_profiles(response: Any) -> ActionResult:
    """ListInstanceProfiles."""
    prefix = response._get_param("PathPrefix") or "/"
    found = [profile for profile in response.backend.get_instance_profiles() if profile.path.startswith(prefix)]
    return ActionResult({"InstanceProfiles": found})


def _kept(response: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = response.backend.__dict__.setdefault("localcloud_service_credentials", {})
    return found


def _find(response: Any) -> dict[str, Any]:
    identifier, user = response._get_param("ServiceSpecificCredentialId"), response._get_param("UserName")
    found = _kept(response).get(identifier)
    if found is None or (user and found["UserName"] != user):
        raise NotFoundException(f"Service specific credential {identifier} does not exist.")
    return found


def list_service_specific_credentials(response: Any) -> ActionResult:
    """ListServiceSpecificCredentials of a user, without their passwords."""
    user, service = response._get_param("UserName"), response._get_param("ServiceName")
    if user:
        response.backend.get_user(user)
    found = [
        {name: value for name, value in one.items() if name != "ServicePassword"}
        for one in _kept(response).values()
        if one["UserName"] == user and service in {None, one["ServiceName"]}
    ]
    return ActionResult({"ServiceSpecificCredentials": found})


def create_service_specific_credential(response: Any) -> ActionResult:
    """CreateServiceSpecificCredential: the only answer, beside a reset, that has the password."""
    user = response.backend.get_user(response._get_param("UserName"))
    service = response._get_param("ServiceName")
    if service not in _SERVICES:
        raise ValidationError(f"No such service {service} is supported for Service Specific Credentials")
    own = [one for one in _kept(response).values() if (one["UserName"], one["ServiceName"]) == (user.name, service)]
    if len(own) >= _AT_MOST:
        raise LimitExceededException(f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {_AT_MOST}")
    identifier = f"ACCA{random_resource_id()}"
    made = {
        "CreateDate": datetime.now(UTC),
        "ServiceName": service,
        "ServiceUserName": f"{user.name}-at-{response.current_account}" + (f"+{len(own)}" if own else ""),
        "ServicePassword": secrets.token_urlsafe(32),
        "ServiceSpecificCredentialId": identifier,
        "UserName": user.name,
        "Status": "Active",
    }
    _kept(response)[identifier] = made
    return ActionResult({"ServiceSpecificCredential": made})


def update_service_specific_credential(response: Any) -> ActionResult:
    """UpdateServiceSpecificCredential: its status."""
    _find(response)["Status"] = response._get_param("Status")
    return EmptyResult()


def reset_service_specific_credential(response: Any) -> ActionResult:
    """ResetServiceSpecificCredential: a new password."""
    found = _find(response)
    found["ServicePassword"] = secrets.token_urlsafe(32)
    return ActionResult({"ServiceSpecificCredential": found})


def delete_service_specific_credential(response: Any) -> ActionResult:
    """DeleteServiceSpecificCredential."""
    del _kept(response)[_find(response)["ServiceSpecificCredentialId"]]
    return EmptyResult()
