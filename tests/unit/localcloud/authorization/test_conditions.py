"""Condition operators, sets and absent keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.authorization.conditions import OPERATORS, Condition, holds, parse_operator
from localcloud.authorization.patterns import UnresolvedError

CONTEXT = {
    "aws:username": ("ann",),
    "aws:requestedregion": ("eu-west-1",),
    "aws:tagkeys": ("owner", "environment"),
    "aws:securetransport": ("true",),
    "aws:sourceip": ("10.0.3.4",),
    "aws:currenttime": ("2026-11-24T12:00:00Z",),
    "s3:max-keys": ("10",),
    "aws:sourcearn": ("arn:aws:sns:eu-west-1:123456789012:alarms",),
    "aws:principaltag/team": ("media*",),
}


def met(name: str, key: str, *values: str) -> bool:
    """Whether `name` holds for the key against CONTEXT."""
    quantifier, operator, if_exists = parse_operator(name)
    return holds(Condition(operator, key, values, quantifier, if_exists), CONTEXT)


@pytest.mark.parametrize(
    ("name", "key", "values", "expected"),
    [
        ("StringEquals", "aws:username", ["ann"], True),
        ("StringEquals", "AWS:UserName", ["ann"], True),  # names of keys know no case
        ("StringEquals", "aws:username", ["Ann"], False),
        ("StringEquals", "aws:username", ["bob", "ann"], True),
        ("StringEquals", "aws:username", ["a*"], False),
        ("StringEqualsIgnoreCase", "aws:username", ["ANN"], True),
        ("StringNotEquals", "aws:username", ["bob", "ann"], False),
        ("StringNotEquals", "aws:username", ["bob"], True),
        ("StringNotEquals", "aws:absent", ["bob"], True),
        ("StringLike", "aws:username", ["a??"], True),
        ("StringLike", "aws:username", ["a?"], False),
        ("StringNotLike", "aws:username", ["a*"], False),
        ("StringEquals", "aws:absent", ["bob"], False),
        ("StringEqualsIfExists", "aws:absent", ["bob"], True),
        ("StringEqualsIfExists", "aws:username", ["bob"], False),
        ("Bool", "aws:SecureTransport", ["true"], True),
        ("Bool", "aws:SecureTransport", ["false"], False),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", ["true"], True),
        ("Bool", "aws:MultiFactorAuthPresent", ["true"], False),
        ("Null", "aws:MultiFactorAuthPresent", ["true"], True),
        ("Null", "aws:username", ["true"], False),
        ("Null", "aws:username", ["false"], True),
        ("NumericLessThanEquals", "s3:max-keys", ["10"], True),
        ("NumericLessThan", "s3:max-keys", ["10"], False),
        ("NumericNotEquals", "s3:max-keys", ["11"], True),
        ("NumericEquals", "s3:max-keys", ["10.0"], True),
        ("NumericEquals", "aws:username", ["10"], False),
        ("DateGreaterThan", "aws:CurrentTime", ["2026-11-24T00:00:00Z"], True),
        ("DateLessThan", "aws:CurrentTime", ["2026-11-24"], False),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/16", "192.0.2.0/24"], True),
        ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/16"], False),
        ("NotIpAddress", "aws:SourceIp", ["10.1.0.0/16"], True),
        ("ArnLike", "aws:SourceArn", ["arn:aws:sns:*:123456789012:*"], True),
        ("ArnEquals", "aws:SourceArn", ["arn:aws:sns:*:123456789012:alarms"], True),
        ("ArnLike", "aws:SourceArn", ["arn:aws:*:alarms"], False),  # a * stays inside its part
        ("ArnNotLike", "aws:SourceArn", ["arn:aws:sqs:*:*:*"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["owner", "environment", "cost"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["owner"], False),
        ("ForAllValues:StringEquals", "aws:absent", ["owner"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["owner"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["cost"], False),
        ("ForAnyValue:StringLike", "aws:TagKeys", ["env*"], True),
        ("ForAnyValue:StringEquals", "aws:absent", ["owner"], False),
        ("ForAnyValue:StringNotEquals", "aws:absent", ["owner"], False),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["owner"], False),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["owner"], True),
        ("StringEquals", "aws:username", ["${aws:username}"], True),
        ("StringLike", "aws:username", ["${aws:username}*"], True),
        ("StringLike", "aws:username", ["${aws:PrincipalTag/team}"], False),  # a * in a tag is no wildcard
        ("StringEquals", "aws:username", ["${aws:absent, 'ann'}"], True),
    ],
)
def test_operators(name: str, key: str, values: list[str], expected: bool) -> None:
    """By the manual's tables."""
    assert met(name, key, *values) is expected


def test_unresolved_variable() -> None:
    """Is said, so that the statement is left out."""
    with pytest.raises(UnresolvedError):
        met("StringEquals", "aws:username", "${aws:absent}")


@pytest.mark.parametrize("name", ["StringMatches", "NullIfExists", "ForSomeValues:StringEquals", "IfExists", ""])
def test_unknown_operators(name: str) -> None:
    """Are refused."""
    with pytest.raises(ValueError, match="no condition operator"):
        parse_operator(name)


@given(st.sampled_from(sorted(OPERATORS)), st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]))
def test_every_operator_is_parsed(operator: str, quantifier: str) -> None:
    """With every quantifier."""
    assert parse_operator(quantifier + operator) == (quantifier.rstrip(":"), operator, False)


@given(st.text(), st.lists(st.text(), min_size=1), st.sampled_from(["String", "Arn"]))
def test_negation_is_the_opposite(value: str, wanted: list[str], kind: str) -> None:
    """Of a key with one value, for texts without variables."""
    texts = tuple(text.replace("$", "") for text in wanted)
    context = {"aws:x": (value,)}
    assert holds(Condition(f"{kind}Equals", "aws:x", texts), context) is not holds(
        Condition(f"{kind}NotEquals", "aws:x", texts), context
    )
