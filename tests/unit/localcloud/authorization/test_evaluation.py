"""The evaluation logic: which kinds of policies must speak, and which statement is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.authorization.evaluation import (
    BOUNDARY,
    EXPLICIT_DENY,
    IDENTITY,
    IMPLICIT_DENY,
    RESOURCE,
    SESSION,
    Caller,
    Decision,
    Match,
    Policies,
    Question,
    decide,
)
from localcloud.authorization.policy import Policy, PolicyError, parse, parse_text

ACCOUNT = "123456789012"
USER = Caller(f"arn:aws:iam::{ACCOUNT}:user/ann", ACCOUNT)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deployer"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci"
CI = Caller(SESSION_ARN, ACCOUNT, role_arn=ROLE)
SERVICE = Caller("s3.amazonaws.com", ACCOUNT, service="s3.amazonaws.com")
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
CONTEXT = {"aws:username": ("ann",), "aws:principaltag/team": ("media",)}


def policy(name: str, *statements: dict[str, Any]) -> Policy:
    """A policy whose statements allow everything unless they say otherwise."""
    return parse(
        name,
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow"}
                | ({} if "NotAction" in each else {"Action": "*"})
                | ({} if "NotResource" in each else {"Resource": "*"})
                | each
                for each in statements
            ],
        },
    )


def outcome(
    caller: Caller = USER, action: str = "s3:GetObject", on: str = "arn:aws:s3:::media/a", **policies: Any
) -> Decision:
    """What is decided."""
    return decide(caller, Question(action, on, CONTEXT), Policies(**policies))


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({}, True),
        ({"Action": "s3:GetObject"}, True),
        ({"Action": "S3:getobject"}, True),
        ({"Action": ["s3:PutObject", "s3:Get*"]}, True),
        ({"Action": "s3:PutObject"}, False),
        ({"Action": "s3:GetObjec?"}, True),
        ({"Action": "s3:GetObjectVersion"}, False),
        ({"NotAction": "iam:*"}, True),
        ({"NotAction": ["s3:*"]}, False),
        ({"Resource": "arn:aws:s3:::media/*"}, True),
        ({"Resource": "arn:aws:s3:::media"}, False),
        ({"Resource": "arn:aws:s3:::Media/*"}, False),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"}, True),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/absent}/*"}, False),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/absent, 'media'}/*"}, True),
        ({"NotResource": "arn:aws:s3:::media/*"}, False),
        ({"NotResource": "arn:aws:s3:::static/*"}, True),
        ({"Condition": {"StringEquals": {"aws:username": "ann"}}}, True),
        ({"Condition": {"StringEquals": {"aws:username": "bob"}}}, False),
        (
            {
                "Condition": {
                    "StringEquals": {"aws:username": "ann"},
                    "StringLike": {"aws:PrincipalTag/team": "x*"},
                }
            },
            False,
        ),
    ],
)
def test_statements(statement: dict[str, Any], allowed: bool) -> None:
    """Which statements of an identity policy meet the request."""
    assert outcome(identity=(policy("p", statement),)).allowed is allowed


def test_old_versions_know_no_variables() -> None:
    """`${aws:username}` stands for itself there."""
    document = {"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "${aws:username}"}}
    assert not outcome(identity=(parse("p", document),), on="arn:aws:s3:::ann").allowed
    assert decide(USER, Question("a:b", "${aws:username}", CONTEXT), Policies(identity=(parse("p", document),))).allowed


def test_decisions_name_their_statement() -> None:
    """By the policy's name, and the Sid or the place."""
    policies = (
        policy("first", {"Action": "sqs:*"}),
        policy("second", {"Action": "sqs:*"}, {"Action": "s3:*"}, {"Sid": "Late", "Action": "s3:*"}),
    )
    assert outcome(identity=policies) == Decision("allowed", IDENTITY, (Match(IDENTITY, "second", "#1"),))
    denied = outcome(identity=(*policies, policy("third", {"Sid": "Never", "Effect": "Deny"})))
    assert denied == Decision(EXPLICIT_DENY, IDENTITY, (Match(IDENTITY, "third", "Never"),))
    assert outcome(identity=policies, action="rds:X") == Decision(IMPLICIT_DENY, IDENTITY)


ALL = policy("all", {})
NONE = policy("none", {"Action": "other:*"})
DENY = policy("deny", {"Effect": "Deny", "Principal": "*"})


@pytest.mark.parametrize(
    ("policies", "kind"),
    [
        ({"identity": (ALL,)}, None),
        ({"identity": (ALL,), "boundary": ALL, "session": (ALL,)}, None),
        ({"identity": (ALL,), "boundary": NONE}, BOUNDARY),
        ({"identity": (ALL,), "session": (NONE,)}, SESSION),
        ({"identity": (ALL,), "session": (NONE, ALL)}, None),
        ({"identity": (NONE,), "boundary": ALL, "session": (ALL,)}, IDENTITY),
        ({}, IDENTITY),
    ],
)
def test_all_kinds_must_allow(policies: dict[str, Any], kind: str | None) -> None:
    """What is granted is what identity, boundary and session policies have in common."""
    found = outcome(CI, **policies)
    assert (found.allowed, None if found.allowed else found.kind) == (kind is None, kind)


@pytest.mark.parametrize("where", ["identity", "boundary", "session", "resource"])
def test_a_deny_wins_everywhere(where: str) -> None:
    """Whatever the others allow."""
    policies: dict[str, Any] = {"identity": (ALL,), "boundary": ALL, "session": (ALL,)}
    policies[where] = (DENY,) if where in {"identity", "session"} else DENY
    assert outcome(CI, **policies).outcome == EXPLICIT_DENY


@pytest.mark.parametrize(
    ("caller", "principal", "policies", "allowed"),
    [
        (USER, {"AWS": USER.arn}, {}, True),
        (USER, "*", {}, True),
        (USER, {"AWS": "*"}, {}, True),
        (USER, {"AWS": ROOT}, {}, False),  # left to the account's own policies
        (USER, {"AWS": ACCOUNT}, {"identity": (ALL,)}, True),
        (USER, {"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}, {}, False),
        (USER, {"Service": "s3.amazonaws.com"}, {}, False),
        (SERVICE, {"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]}, {}, True),
        (SERVICE, {"AWS": ROOT}, {}, False),
        (SERVICE, {"AWS": "*"}, {}, True),
        (CI, {"AWS": ROLE}, {}, True),
        (CI, {"AWS": SESSION_ARN}, {}, True),
        (CI, {"AWS": ROLE}, {"session": (NONE,)}, False),
        (CI, {"AWS": ROLE}, {"boundary": NONE}, False),
        (CI, {"AWS": SESSION_ARN}, {"session": (NONE,), "boundary": NONE}, True),
        (USER, {"AWS": USER.arn}, {"boundary": NONE}, True),
        (USER, {"AWS": ROOT}, {"boundary": NONE, "identity": (ALL,)}, False),
    ],
)
def test_resource_policies(caller: Caller, principal: Any, policies: dict[str, Any], allowed: bool) -> None:
    """Whom they name, and what limits that."""
    found = decide(
        caller,
        Question("s3:GetObject", "arn:aws:s3:::media/a", CONTEXT),
        Policies(resource=policy("bucket", {"Principal": principal}), **policies),
    )
    assert found.allowed is allowed


@pytest.mark.parametrize(
    ("principal", "identity", "kind"),
    [
        ({"AWS": ROOT}, (ALL,), None),
        ({"AWS": ROOT}, (), IDENTITY),
        ({"AWS": ROLE}, (), None),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}, (ALL,), RESOURCE),
    ],
)
def test_rooted_resources(principal: Any, identity: tuple[Policy, ...], kind: str | None) -> None:
    """For a KMS key or a role, identity policies count only where the resource's policy lets the account decide."""
    found = decide(
        CI,
        Question("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1", CONTEXT),
        Policies(identity=identity, resource=policy("key", {"Principal": principal}), rooted=True),
    )
    assert (found.allowed, None if found.allowed else found.kind) == (kind is None, kind)


def test_not_principal() -> None:
    """With Deny: everybody but who is named."""
    guard = policy("guard", {"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE, SESSION_ARN]}})
    for caller, allowed in ((CI, True), (USER, False)):
        found = decide(caller, Question("s3:X", "a", CONTEXT), Policies(identity=(ALL,), resource=guard))
        assert found.allowed is allowed


def test_federated() -> None:
    """A token's bearer is who the trust policy's provider says, under its conditions."""
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    subject = "token.actions.githubusercontent.com:sub"
    trust = parse(
        "trust",
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringLike": {subject: "repo:creator/platform:*"}},
            },
        },
    )
    for repository, allowed in (("creator/platform", True), ("other/platform", False)):
        found = decide(
            Caller("anonymous", ACCOUNT, federated=provider),
            Question("sts:AssumeRoleWithWebIdentity", ROLE, {subject: (f"repo:{repository}:environment:prod",)}),
            Policies(resource=trust, rooted=True),
        )
        assert found.allowed is allowed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "expected an object"),
        ('{"Version": "2020-01-01"}', "Version '2020-01-01'"),
        ('{"Statement": ["x"]}', "statement 0: expected an object"),
        ('{"Statement": {"Effect": "Perhaps", "Action": "*"}}', "Effect 'Perhaps'"),
        ('{"Statement": {"Effect": "Allow"}}', "neither Action nor NotAction"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*"}}', "both Action and NotAction"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resources": "*"}}', "unknown element 'Resources'"),
        ('{"Statement": {"Effect": "Allow", "Action": {}}}', "expected a string"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Equals": {}}}}', "no condition operator"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Principal": "me"}}', "Principal 'me'"),
    ],
)
def test_malformed_documents(text: str, message: str) -> None:
    """Are refused with a sentence that says where."""
    with pytest.raises(PolicyError, match=message):
        parse_text("p", text)


STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(st.sampled_from(["*", "s3:*", "s3:GetObject", "s3:P*", "sqs:?*"]), min_size=1, max_size=3),
        "Resource": st.sampled_from(
            ["*", "arn:aws:s3:::media/*", "arn:aws:s3:::static", "arn:aws:s3:::${aws:username}/*"]
        ),
    }
)
DOCUMENTS = st.lists(STATEMENTS, max_size=4).map(lambda statements: policy("p", *statements))
ACTIONS = st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "iam:ListRoles"])
RESOURCES = st.sampled_from(["arn:aws:s3:::media/a", "arn:aws:s3:::ann/b", "*"])


@given(st.lists(DOCUMENTS, max_size=3), ACTIONS, RESOURCES)
def test_more_denies_never_allow_more(documents: list[Policy], action: str, resource: str) -> None:
    """A deny that is added can only take away; the order of policies changes no outcome."""
    asked = Question(action, resource, CONTEXT)
    plain = decide(USER, asked, Policies(identity=tuple(documents)))
    assert decide(USER, asked, Policies(identity=tuple(reversed(documents)))).outcome == plain.outcome
    denied = decide(USER, asked, Policies(identity=(*documents, policy("d", {"Effect": "Deny", "Action": action}))))
    assert denied.outcome == EXPLICIT_DENY


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS, ACTIONS, RESOURCES)
def test_limits_only_limit(own: Policy, boundary: Policy, session: Policy, action: str, resource: str) -> None:
    """Allowed under limits means: allowed by each of them alone."""
    asked = Question(action, resource, CONTEXT)
    limited = decide(CI, asked, Policies(identity=(own,), boundary=boundary, session=(session,)))
    alone = [decide(CI, asked, Policies(identity=(each,))).allowed for each in (own, boundary, session)]
    assert limited.allowed is all(alone)


@given(DOCUMENTS, ACTIONS, RESOURCES)
def test_what_decided_is_named(document: Policy, action: str, resource: str) -> None:
    """Every allowed or explicitly denied request names a statement of that effect; a silent one names none."""
    found = decide(USER, Question(action, resource, CONTEXT), Policies(identity=(document,)))
    names = [statement.name for statement in document.statements]
    effects = {document.statements[names.index(match.statement)].effect for match in found.by}
    assert effects == {"allowed": {"Allow"}, EXPLICIT_DENY: {"Deny"}, IMPLICIT_DENY: set()}[found.outcome]
