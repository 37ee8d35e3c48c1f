"""The grammar of a policy document: pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.authorization import conditions, patterns
from localcloud.authorization.conditions import Condition

ALLOW, DENY = "Allow", "Deny"
_VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip


class PolicyError(ValueError):
    """A document that is no policy; the message says where and why."""


@dataclass(frozen=True)
class Patterns:
    """Patterns of one element. negated: NotAction, NotResource. fixed: those without variables as one expression."""

    texts: tuple[str, ...]
    negated: bool
    fixed: re.Pattern[str]
    variable: tuple[str, ...]

    def meet(self, value: str, context: patterns.Context) -> bool:
        """Whether the element, negation included, meets `value`. Raises UnresolvedError."""
        found = self.fixed.fullmatch(value) is not None or any(
            patterns.matches_with(pattern, value, context) for pattern in self.variable
        )
        return found is not self.negated


@dataclass(frozen=True)
class Principals:
    """Who a statement of a resource policy is about: (kind, value) pairs such as ("AWS", "arn:…") or ("*", "*")."""

    entries: tuple[tuple[str, str], ...]
    negated: bool


@dataclass(frozen=True)
class Statement:
    """One statement. `name`: its Sid, else `#` and its place in the document, counted from 0."""

    name: str
    effect: str
    actions: Patterns
    resources: Patterns | None
    principals: Principals | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Policy:
    """One policy. name: how the record of requests and errors call it."""

    name: str
    statements: tuple[Statement, ...]


@functools.lru_cache(maxsize=4096)
def parse_text(name: str, text: str) -> Policy:
    """The policy of a JSON text. Raises PolicyError."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise PolicyError(f"policy {name!r} is not JSON: {error}") from error
    return parse(name, document)


def parse(name: str, document: Any) -> Policy:
    """The policy of a parsed document. Raises PolicyError."""
    if not isinstance(document, Mapping):
        raise PolicyError(f"policy {name!r} is {type(document).__name__}, expected an object")
    version = document.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise PolicyError(f"policy {name!r}: Version {version!r}, expected {' or '.join(_VERSIONS)}")
    statements = document.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    return Policy(
        name,
        tuple(
            _statement(f"policy {name!r}, statement {index}", index, each, version) for index, each in enumerate(listed)
        ),
    )


def _statement(where: str, index: int, found: Any, version: str) -> Statement:
    if not isinstance(found, Mapping):
        raise PolicyError(f"{where}: expected an object, found {found!r}")
    if unknown := sorted(set(found) - _ELEMENTS):
        raise PolicyError(f"{where}: unknown element {unknown[0]!r}")
    if found.get("Effect") not in (ALLOW, DENY):
        raise PolicyError(f"{where}: Effect {found.get('Effect')!r}, expected Allow or Deny")
    variables = version == _VERSIONS[0]
    actions = _patterns(where, found, "Action", ignore_case=True, variables=False)
    if actions is None:
        raise PolicyError(f"{where}: neither Action nor NotAction")
    return Statement(
        str(found.get("Sid") or f"#{index}"),
        found["Effect"],
        actions,
        _patterns(where, found, "Resource", ignore_case=False, variables=variables),
        _principals(where, found),
        _conditions(where, found.get("Condition") or {}),
    )


def _texts(where: str, value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    for each in values:
        if not isinstance(each, str | int | float | bool):
            raise PolicyError(f"{where}: expected a string, found {each!r}")
    return tuple(("true" if each else "false") if isinstance(each, bool) else str(each) for each in values)


def _patterns(
    where: str, found: Mapping[str, Any], element: str, *, ignore_case: bool, variables: bool
) -> Patterns | None:
    if element in found and f"Not{element}" in found:
        raise PolicyError(f"{where}: both {element} and Not{element}")
    negated = f"Not{element}" in found
    if not negated and element not in found:
        return None
    texts = _texts(where, found[f"Not{element}" if negated else element])
    with_variable = tuple(text for text in texts if variables and patterns.has_variable(text))
    fixed = patterns.any_of((text for text in texts if text not in with_variable), ignore_case=ignore_case)
    return Patterns(texts, negated, fixed, with_variable)


def _principals(where: str, found: Mapping[str, Any]) -> Principals | None:
    if "Principal" in found and "NotPrincipal" in found:
        raise PolicyError(f"{where}: both Principal and NotPrincipal")
    negated = "NotPrincipal" in found
    value = found.get("NotPrincipal" if negated else "Principal")
    if value is None:
        return None
    if value == "*":
        return Principals((("*", "*"),), negated)
    if not isinstance(value, Mapping):
        raise PolicyError(f"{where}: Principal {value!r}, expected * or an object")
    return Principals(tuple((kind, text) for kind, values in value.items() for text in _texts(where, values)), negated)


def _conditions(where: str, found: Any) -> tuple[Condition, ...]:
    if not isinstance(found, Mapping):
        raise PolicyError(f"{where}: Condition {found!r}, expected an object")
    parsed = []
    for name, tests in found.items():
        try:
            quantifier, operator, if_exists = conditions.parse_operator(name)
        except ValueError as error:
            raise PolicyError(f"{where}: {error}") from error
        if not isinstance(tests, Mapping):
            raise PolicyError(f"{where}: {name} of {tests!r}, expected an object")
        parsed += [
            Condition(operator, key, _texts(where, values), quantifier, if_exists) for key, values in tests.items()
        ]
    return tuple(parsed)
