"""The evaluation logic for requests inside one account: pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-eval-logic
https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from localcloud.authorization.conditions import holds
from localcloud.authorization.patterns import Context, UnresolvedError
from localcloud.authorization.policy import ALLOW, DENY, Policy, Principals, Statement

IDENTITY, RESOURCE, BOUNDARY, SESSION = (
    "identity-based policy",
    "resource-based policy",
    "permissions boundary",
    "session policy",
)
EXPLICIT_DENY, IMPLICIT_DENY, ALLOWED = "explicitDeny", "implicitDeny", "allowed"


@dataclass(frozen=True)
class Caller:
    """Who asks. arn: of the user or session; role_arn: of the role behind a session; service: such as s3.amazonaws.com.

    federated: the provider that vouches for a caller who has no identity in the account (AssumeRoleWithWebIdentity).
    """

    arn: str
    account: str
    role_arn: str | None = None
    service: str | None = None
    federated: str | None = None


@dataclass(frozen=True)
class Question:
    """One action on one resource, with the condition keys (in lower case) of the request."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True)
class Policies:
    """What may speak on a question.

    boundary, session: None where there is none. resource: that of the resource. rooted: without the resource policy's word
    nothing is allowed (KMS keys, trust policies of roles).
    """

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    resource: Policy | None = None
    rooted: bool = False


@dataclass(frozen=True)
class Match:
    """The statement that spoke: kind of its policy, name of its policy, its Sid or place."""

    kind: str
    policy: str
    statement: str


@dataclass(frozen=True)
class Decision:
    """allowed, explicitDeny or implicitDeny; kind: of the policy that denied or was silent; by: the statements that decided."""

    outcome: str
    kind: str
    by: tuple[Match, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request may be done."""
        return self.outcome == ALLOWED


def decide(caller: Caller, question: Question, policies: Policies) -> Decision:
    """The decision: an explicit deny anywhere, else what every kind of policy that must speak allows."""
    kinds: list[tuple[str, Iterable[Policy]]] = [
        (IDENTITY, policies.identity),
        (BOUNDARY, [policies.boundary] if policies.boundary else []),
        (SESSION, policies.session or ()),
        (RESOURCE, [policies.resource] if policies.resource else []),
    ]
    for kind, found in kinds:
        if match := _first(DENY, kind, found, caller, question):
            return Decision(EXPLICIT_DENY, kind, (match,))
    direct, delegated = _grants(policies.resource, caller, question)
    if policies.rooted and not (direct or delegated):
        return Decision(IMPLICIT_DENY, RESOURCE)
    if caller.service or caller.federated:
        return Decision(ALLOWED, RESOURCE, (direct[0],)) if direct else Decision(IMPLICIT_DENY, RESOURCE)
    return _limited(caller, question, policies, direct, delegated)


def _limited(
    caller: Caller,
    question: Question,
    policies: Policies,
    direct: tuple[Match, str] | None,
    delegated: Match | None,
) -> Decision:
    own = _first(ALLOW, IDENTITY, policies.identity, caller, question)
    if own is None and direct is None:
        return Decision(IMPLICIT_DENY, IDENTITY)
    granted = direct[0] if direct and (own is None or policies.rooted) else None
    by = [match for match in (own, granted, delegated if own and not granted else None) if match]
    # What a resource policy grants to a session or a user by its own ARN is not limited by what others leave out.
    if direct is not None and direct[1] == caller.arn:
        return Decision(ALLOWED, RESOURCE if own is None else IDENTITY, tuple(by))
    if policies.boundary is not None:
        match = _first(ALLOW, BOUNDARY, [policies.boundary], caller, question)
        if match is None:
            return Decision(IMPLICIT_DENY, BOUNDARY)
        by.append(match)
    if policies.session is not None:
        match = _first(ALLOW, SESSION, policies.session, caller, question)
        if match is None:
            return Decision(IMPLICIT_DENY, SESSION)
        by.append(match)
    return Decision(ALLOWED, RESOURCE if own is None else IDENTITY, tuple(by))


def _first(effect: str, kind: str, policies: Iterable[Policy], caller: Caller, question: Question) -> Match | None:
    for policy in policies:
        for statement in policy.statements:
            if statement.effect != effect or not applies(statement, question):
                continue
            if kind == RESOURCE and not _named(statement.principals, caller, deny=effect == DENY):
                continue
            return Match(kind, policy.name, statement.name)
    return None


def _grants(policy: Policy | None, caller: Caller, question: Question) -> tuple[tuple[Match, str] | None, Match | None]:
    """What a resource policy grants the caller itself (with the principal it names), and what it leaves to the account."""
    direct: tuple[Match, str] | None = None
    delegated: Match | None = None
    for statement in policy.statements if policy else ():
        if statement.effect != ALLOW or not applies(statement, question):
            continue
        match = Match(RESOURCE, policy.name if policy else "", statement.name)
        principal = _named(statement.principals, caller, deny=False)
        if principal in (caller.account, f"arn:aws:iam::{caller.account}:root"):
            delegated = delegated or match
        elif principal is not None and (direct is None or principal == caller.arn):
            direct = (match, principal)
    return direct, delegated


def applies(statement: Statement, question: Question) -> bool:
    """Whether action, resource and conditions of a statement meet the question. A trust policy names no resource."""
    if not statement.actions.meet(question.action, question.context):
        return False
    try:
        if statement.resources is not None and not statement.resources.meet(question.resource, question.context):
            return False
        return all(holds(condition, question.context) for condition in statement.conditions)
    except UnresolvedError:
        return False


def _named(principals: Principals | None, caller: Caller, *, deny: bool) -> str | None:
    """The principal of the statement that the caller is, or None. NotPrincipal: `*` unless the caller is excepted."""
    if principals is None:
        return None
    found = next((value for kind, value in principals.entries if _is(kind, value, caller)), None)
    if principals.negated:
        return "*" if deny and found is None else None  # AWS refuses NotPrincipal with Allow
    return found


def _is(kind: str, value: str, caller: Caller) -> bool:
    if kind == "*" or (kind == "AWS" and value == "*"):
        return True
    if kind == "Service":
        return caller.service == value
    if kind == "Federated":
        return caller.federated == value
    if kind != "AWS" or caller.service or caller.federated:
        return False
    return value in (caller.arn, caller.role_arn, caller.account, f"arn:aws:iam::{caller.account}:root")
