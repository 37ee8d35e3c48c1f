"""Lets a request pass or refuses it, by the policies that the emulated account holds at that moment.

Everybody is judged but the account's root, which is the key of the tests. Anonymous callers are left to the service.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud import issuers, principals
from localcloud.authorization import checks, context, denials, dependents, lookup, service_roles, web_identity
from localcloud.authorization.checks import Check
from localcloud.authorization.evaluation import Caller, Decision, Policies, Question, decide
from localcloud.authorization.resources import Place
from localcloud.calls import AwsError, Call
from localcloud.cloud import ACCOUNT_ID

Record = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """One question with its answer. check: what it belongs to; resource: the ARN as settled."""

    check: Check
    resource: str
    decision: Decision


class RefusedError(AwsError):
    """A refusal. record: what the record of requests says of it."""

    def __init__(self, code: str, message: str, status: int, record: Record) -> None:
        super().__init__(code, message, status)
        self.record = record


def authorize(call: Call, principal: principals.Principal | None) -> Record | None:
    """What allowed a call, for the record; None where nobody asks (root, anonymous). Raises RefusedError."""
    if (call.service, call.action) == ("sts", "AssumeRoleWithWebIdentity"):
        return _web_identity(call)
    if principal is None or principal.is_root:
        return None
    parameters = with_key(call.service, call.parameters(), call.body)
    asked = Asked(call.service, call.action, call.region, call.protocol)
    wanted = dependents.of(call.service, call.action, parameters, Place(call.region, ACCOUNT_ID))
    roles = service_roles.of(call.service, call.action, parameters)
    record = permit(asked, principal, parameters, wanted + roles)
    if roles:
        service_roles.make(call.service, call.action, parameters)
    return record


@dataclass(frozen=True)
class Asked:
    """An operation of a boto3 service, however it was asked for. protocol: in whose words a refusal is said."""

    service: str
    action: str
    region: str
    protocol: str = "json"


def permit(
    asked: Asked, principal: principals.Principal, parameters: Mapping[str, Any], also: Sequence[Check] = ()
) -> Record:
    """What allows a principal, who is not root, an operation. also: what it needs besides. Raises RefusedError."""
    own = lookup.own(principal)
    known = context.of_caller(principal, own.tags, datetime.datetime.now(datetime.UTC))
    known |= context.of_request(asked.service, asked.action, asked.region, parameters)
    wanted = checks.of(asked.service, asked.action, parameters, Place(asked.region, ACCOUNT_ID))
    spoken: list[Record] = []
    for judged in judge(lookup.caller_of(principal), own, [*wanted, *also], known):
        if not judged.decision.allowed:
            raise refusal(asked, principal, judged)
        spoken += [entry for entry in _entries(judged) if entry not in spoken]
    return {"allowed": True, "role": principal.role_arn, "statements": spoken}


def _web_identity(call: Call) -> Record:
    """The role's trust policy on the bearer of a token, who has no identity of its own. Raises RefusedError, AwsError."""
    parameters = call.parameters()
    provider, claims = web_identity.read(parameters, lookup.providers(), time.time(), issuers.key_of)
    role = str(parameters.get("RoleArn"))
    check = Check("sts:AssumeRoleWithWebIdentity", (role,))
    known = {**claims, "sts:rolesessionname": (str(parameters.get("RoleSessionName")),)}
    caller = Caller(provider, ACCOUNT_ID, federated=provider)
    (judged,) = judge(caller, lookup.Own((), None, None, {}), [check], known)
    if not judged.decision.allowed:
        record = _denied(judged, None)
        raise RefusedError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403, record)
    return {"allowed": True, "role": None, "statements": _entries(judged)}


def permit_service(service: str, role: str, session: Mapping[str, Any], source: str) -> Record:
    """What lets an AWS service (such as pods.eks.amazonaws.com) assume a role: the role's trust policy alone.

    session: parameters of its AssumeRole. source: ARN of the resource for which it does so. Raises RefusedError.
    """
    parameters = {**session, "RoleArn": role}
    known = context.of_request("sts", "AssumeRole", source.split(":")[3], parameters) | {
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (service,),
        "aws:sourcearn": (source,),
        "aws:sourceaccount": (ACCOUNT_ID,),
        "aws:securetransport": ("true",),
    }
    wanted = checks.of("sts", "AssumeRole", parameters, Place(source.split(":")[3], ACCOUNT_ID))
    spoken: list[Record] = []
    for judged in judge(Caller(service, ACCOUNT_ID, service=service), lookup.Own((), None, None, {}), wanted, known):
        if not judged.decision.allowed:
            message = f"User: {service} is not authorized to perform: {judged.check.action} on resource: {role}"
            raise RefusedError("AccessDenied", message, 403, _denied(judged, None))
        spoken += [entry for entry in _entries(judged) if entry not in spoken]
    return {"allowed": True, "role": None, "statements": spoken}


def judge(
    caller: Caller, own: lookup.Own, wanted: list[Check], known: Mapping[str, tuple[str, ...]]
) -> Iterator[Judged]:
    """Each check on each of its resources, in order."""
    for check in wanted:
        for named in check.resources:
            arn = lookup.settle(named)
            keys = context.of_resource(arn)
            keys.update(known)
            keys.update(check.context)
            policy, rooted = lookup.resource_policy(check.action, arn)
            found = decide(
                caller,
                Question(check.action, arn, keys),
                Policies(own.identity, own.boundary, own.session, policy, rooted),
            )
            yield Judged(check, arn, found)


def _entries(judged: Judged) -> list[Record]:
    return [
        {"action": judged.check.action, "kind": match.kind, "policy": match.policy, "statement": match.statement}
        for match in judged.decision.by
    ]


def refusal(asked: Asked, principal: principals.Principal, judged: Judged) -> RefusedError:
    """The error of a denied question in the words of the service."""
    code, status = denials.code(asked.service, asked.protocol)
    message = denials.sentence(asked.service, principal.arn, judged.check.action, judged.resource, judged.decision)
    return RefusedError(code, message, status, _denied(judged, principal.role_arn))


def _denied(judged: Judged, role: str | None) -> Record:
    return {
        "allowed": False,
        "role": role,
        "action": judged.check.action,
        "resource": judged.resource,
        "outcome": judged.decision.outcome,
        "kind": judged.decision.kind,
        "statements": _entries(judged),
    }


def with_key(service: str, parameters: dict[str, Any], body: bytes) -> dict[str, Any]:
    """The parameters of a decryption with the key that is written in the ciphertext, where the request names none."""
    if service != "kms" or "CiphertextBlob" not in parameters:
        return parameters
    blob = parameters["CiphertextBlob"]
    try:
        key = (blob if isinstance(blob, bytes) else str(blob).encode())[:36].decode("ascii")
    except UnicodeDecodeError:
        return parameters
    return {"KeyId": key, "SourceKeyId": key, **parameters}
