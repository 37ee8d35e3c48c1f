"""The Condition element: operators, sets, absent keys. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from localcloud.authorization.patterns import Context, arn_matches, expand, matches_with

FOR_ALL, FOR_ANY = "ForAllValues", "ForAnyValue"
Compare = Callable[[str, str, Context], bool]


@dataclass(frozen=True)
class Condition:
    """One operator with one key. quantifier: ForAllValues, ForAnyValue or empty; values: what the policy names."""

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: str = ""
    if_exists: bool = False


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _moment(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or datetime.UTC).timestamp()


def _ordered(read: Callable[[str], float | Decimal | None], holds: Callable[[int], bool]) -> Compare:
    def compare(wanted: str, given: str, context: Context) -> bool:
        left, right = read(given), read(wanted)
        if left is None or right is None:
            return False
        return holds((left > right) - (left < right))

    return compare


def _in_network(wanted: str, given: str, context: Context) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_POSITIVE: dict[str, Compare] = {
    "StringEquals": lambda wanted, given, context: expand(wanted, context) == given,
    "StringEqualsIgnoreCase": lambda wanted, given, context: expand(wanted, context).lower() == given.lower(),
    "StringLike": matches_with,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Bool": lambda wanted, given, context: wanted.lower() == given.lower(),
    "BinaryEquals": lambda wanted, given, context: wanted == given,
    "IpAddress": _in_network,
}
for _kind, _read in (("Numeric", _number), ("Date", _moment)):
    _POSITIVE[f"{_kind}Equals"] = _ordered(_read, lambda sign: sign == 0)
    _POSITIVE[f"{_kind}LessThan"] = _ordered(_read, lambda sign: sign < 0)
    _POSITIVE[f"{_kind}LessThanEquals"] = _ordered(_read, lambda sign: sign <= 0)
    _POSITIVE[f"{_kind}GreaterThan"] = _ordered(_read, lambda sign: sign > 0)
    _POSITIVE[f"{_kind}GreaterThanEquals"] = _ordered(_read, lambda sign: sign >= 0)

#: Negated operator -> the operator whose outcome it turns round.
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
NULL = "Null"
OPERATORS = frozenset({*_POSITIVE, *_NEGATED, NULL})


def parse_operator(text: str) -> tuple[str, str, bool]:
    """Quantifier, operator, whether IfExists, of a name such as `ForAnyValue:StringLikeIfExists`. Raises ValueError."""
    quantifier, _, name = text.rpartition(":")
    if_exists = name.endswith("IfExists") and name != "IfExists"
    operator = name.removesuffix("IfExists") if if_exists else name
    if quantifier not in ("", FOR_ALL, FOR_ANY) or operator not in OPERATORS or (operator == NULL and if_exists):
        raise ValueError(f"no condition operator {text!r}")
    return quantifier, operator, if_exists


def holds(condition: Condition, context: Context) -> bool:
    """Whether one condition is met. Raises UnresolvedError.

    A key that is absent meets IfExists, ForAllValues and, outside a set, the negated operators; nothing else.
    """
    given = context.get(condition.key.lower())
    if condition.operator == NULL:
        return any((value.lower() == "true") == (not given) for value in condition.values)
    if not given:
        negated = condition.operator in _NEGATED and condition.quantifier != FOR_ANY
        return condition.if_exists or condition.quantifier == FOR_ALL or negated
    if condition.quantifier == FOR_ALL:
        return all(_meets(condition, value, context) for value in given)
    if condition.quantifier == "" and condition.operator in _NEGATED:
        return all(_meets(condition, value, context) for value in given)
    return any(_meets(condition, value, context) for value in given)


def _meets(condition: Condition, given: str, context: Context) -> bool:
    operator = condition.operator
    compare = _POSITIVE[_NEGATED.get(operator, operator)]
    found = any(compare(wanted, given, context) for wanted in condition.values)
    return found is not (operator in _NEGATED)
