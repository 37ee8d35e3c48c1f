"""IAM: quotas of policies, boundaries that exist, audiences of providers, and all that is told of managed policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html (what is not given stays)
https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import EmptyResult
from moto.iam.exceptions import DeleteConflictException, LimitExceededException, NotFoundException
from moto.iam.models import IAMBackend, ManagedPolicy
from moto.iam.responses import IamResponse

from localcloud.cloud import Cloud

#: Managed policies of a role; characters without white space of a managed policy, of a role's own policies, of its trust.
POLICIES, MANAGED, INLINE, TRUST = 10, 6144, 10240, 2048


def install(cloud: Cloud) -> None:
    """Patch moto's IAM."""
    policy: Any = ManagedPolicy
    policy.policy_name = property(lambda found: found.name)
    policy.policy_id = property(lambda found: found.id)
    backend: Any = IAMBackend
    backend.attach_role_policy = _attach(backend.attach_role_policy)
    backend.put_role_policy = _put(backend.put_role_policy)
    for name in ("create_policy", "create_policy_version"):
        setattr(backend, name, _sized(getattr(backend, name), "policy_document", "PolicySize", MANAGED))
    backend.create_role = _bounded(_sized(backend.create_role, "assume_role_policy_document", "ACLSizePerRole", TRUST))
    backend.put_role_permissions_boundary = _bounded(backend.put_role_permissions_boundary)
    backend.delete_policy = _in_use(backend.delete_policy)
    responses: Any = IamResponse
    responses.update_role = _update_role
    responses.add_client_id_to_open_id_connect_provider = _add_client
    responses.remove_client_id_from_open_id_connect_provider = _remove_client


def _size(document: Any) -> int:
    return len(re.sub(r"\s", "", str(document)))


def _over(quota: str, limit: int) -> LimitExceededException:
    return LimitExceededException(f"Cannot exceed quota for {quota}: {limit}")


def _argument(plain: Callable[..., Any], name: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    if name in named:
        return named[name]
    names = plain.__code__.co_varnames[1 : plain.__code__.co_argcount]
    place = names.index(name) if name in names else len(given)
    return given[place] if place < len(given) else None


def _sized(plain: Callable[..., Any], name: str, quota: str, limit: int) -> Callable[..., Any]:
    def checked(backend: Any, *given: Any, **named: Any) -> Any:
        if _size(_argument(plain, name, given, named)) > limit:
            raise _over(quota, limit)
        return plain(backend, *given, **named)

    return checked


def _attach(plain: Callable[..., Any]) -> Callable[..., Any]:
    def attach_role_policy(backend: Any, policy_arn: str, role_name: str) -> Any:
        attached = backend.get_role(role_name).managed_policies
        if policy_arn not in attached and len(attached) >= POLICIES:
            raise _over("PoliciesPerRole", POLICIES)
        return plain(backend, policy_arn, role_name)

    return attach_role_policy


def _put(plain: Callable[..., Any]) -> Callable[..., Any]:
    def put_role_policy(backend: Any, role_name: str, policy_name: str, policy_document: str) -> Any:
        others = [text for name, text in backend.get_role(role_name).policies.items() if name != policy_name]
        if sum(map(_size, [*others, policy_document])) > INLINE:
            raise LimitExceededException(f"Maximum policy size of {INLINE} bytes exceeded for role {role_name}")
        return plain(backend, role_name, policy_name, policy_document)

    return put_role_policy


def _bounded(plain: Callable[..., Any]) -> Callable[..., Any]:
    def checked(backend: Any, *given: Any, **named: Any) -> Any:
        texts = [text for text in [*given, *named.values()] if isinstance(text, str)]
        for arn in texts:
            if re.fullmatch(r"arn:aws:iam::(\d{12}|aws):policy/.+", arn) and arn not in backend.managed_policies:
                raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")
        return plain(backend, *given, **named)

    return checked


def _in_use(plain: Callable[..., Any]) -> Callable[..., Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html"""

    def delete_policy(backend: Any, policy_arn: str) -> Any:
        groups, roles, users = backend.groups.values(), backend.roles.values(), backend.users.values()
        attached = any(policy_arn in each.managed_policies for each in [*groups, *roles, *users])
        if attached or any(each.permissions_boundary_arn == policy_arn for each in roles):
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        return plain(backend, policy_arn)

    return delete_policy


def _update_role(response: Any) -> EmptyResult:
    role = response.backend.get_role(response._get_param("RoleName"))
    role.description = response._get_param("Description", role.description)
    role.max_session_duration = response._get_param("MaxSessionDuration", role.max_session_duration)
    return EmptyResult()


def _provider(response: Any) -> Any:
    return response.backend.get_open_id_connect_provider(response._get_param("OpenIDConnectProviderArn"))


def _add_client(response: Any) -> EmptyResult:
    clients, client = _provider(response).client_id_list, response._get_param("ClientID")
    if client not in clients:
        clients.append(client)
    return EmptyResult()


def _remove_client(response: Any) -> EmptyResult:
    clients, client = _provider(response).client_id_list, response._get_param("ClientID")
    if client in clients:
        clients.remove(client)
    return EmptyResult()
