"""IAM: the policy simulator, which answers what the local cloud itself would decide.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse

from localcloud.authorization import lookup, simulation
from localcloud.authorization.evaluation import Caller, Policies
from localcloud.authorization.policy import Policy, PolicyError, parse_text
from localcloud.cloud import ACCOUNT_ID, Cloud


class InvalidInputException(ServiceException):
    """An input that is no policy or no principal."""

    code = "InvalidInput"
    status = 400


def install(cloud: Cloud) -> None:
    """Patch moto's IAM."""
    response: Any = IamResponse
    response.simulate_principal_policy = simulate_principal_policy
    response.simulate_custom_policy = simulate_custom_policy


def simulate_principal_policy(response: Any) -> ActionResult:
    """SimulatePrincipalPolicy: the policies of a user, group or role, and those of the request."""
    arn = response._get_param("PolicySourceArn")
    entity = _entity(arn)
    identity = list(lookup.identity_of(entity))
    if ":user/" in arn:
        for group in lookup.iam().get_groups_for_user(entity.name):
            identity += lookup.identity_of(group)
    boundary = _given(response, "PermissionsBoundaryPolicyInputList")
    found = boundary[0] if boundary else lookup.boundary_of(entity)
    return _answer(response, arn, [*identity, *_given(response, "PolicyInputList")], found)


def simulate_custom_policy(response: Any) -> ActionResult:
    """SimulateCustomPolicy: the policies of the request alone."""
    boundary = _given(response, "PermissionsBoundaryPolicyInputList")
    caller = response._get_param("CallerArn") or f"arn:aws:iam::{ACCOUNT_ID}:user/simulated"
    return _answer(response, caller, _given(response, "PolicyInputList"), boundary[0] if boundary else None)


def _entity(arn: str) -> Any:
    iam = lookup.iam()
    entities = [*iam.roles.values(), *iam.users.values(), *iam.groups.values()]
    found = next((entity for entity in entities if entity.arn == arn), None)
    if found is None:
        raise NotFoundException(f"The entity with ARN {arn} cannot be found.")
    return found


def _given(response: Any, name: str) -> list[Policy]:
    try:
        return [parse_text(f"{name}.{at}", text) for at, text in enumerate(response._get_param(name) or [], 1)]
    except PolicyError as error:
        raise InvalidInputException(str(error)) from error


def _answer(response: Any, source: str, identity: list[Policy], boundary: Policy | None) -> ActionResult:
    caller = response._get_param("CallerArn") or source
    text = response._get_param("ResourcePolicy")
    try:
        resource = parse_text("ResourcePolicy", text) if text else None
    except PolicyError as error:
        raise InvalidInputException(str(error)) from error
    results = simulation.simulate(
        Caller(caller, ACCOUNT_ID),
        response._get_param("ActionNames"),
        response._get_param("ResourceArns") or [],
        Policies(tuple(identity), boundary, None, resource),
        simulation.context_of(response._get_param("ContextEntries") or []),
    )
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})
