"""Wildcards and variables of policies: pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

#: Condition keys in lower case -> their values, several for a multivalued key.
Context = Mapping[str, tuple[str, ...]]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}


class UnresolvedError(Exception):
    """A policy variable names a key that the request does not have; a statement with it matches nothing."""


def regex(pattern: str) -> str:
    """The source of a regular expression for `*` (any characters) and `?` (one)."""
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


@functools.lru_cache(maxsize=65536)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(regex(pattern), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def any_of(patterns: Iterable[str], *, ignore_case: bool) -> re.Pattern[str]:
    """One compiled expression that any of the patterns without variables meets; of none, one that nothing meets."""
    sources = [regex(pattern) for pattern in patterns]
    return re.compile("|".join(sources) or r"(?!)", re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether the whole of `value` meets a pattern without variables."""
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


def has_variable(pattern: str) -> bool:
    """Whether a pattern holds `${…}`."""
    return "${" in pattern


def matches_with(pattern: str, value: str, context: Context) -> bool:
    """Whether `value` meets a pattern whose variables stand for what the request has. Raises UnresolvedError.

    What a variable stands for is literal: a `*` in a tag is no wildcard.
    """
    return re.fullmatch(_expanded(pattern, context), value, re.DOTALL) is not None


def expand(pattern: str, context: Context) -> str:
    """`pattern` with its variables replaced, for operators that know no wildcards. Raises UnresolvedError."""
    return _VARIABLE.sub(lambda found: _value(found[1], context), pattern)


def _expanded(pattern: str, context: Context) -> str:
    sources, end = [], 0
    for found in _VARIABLE.finditer(pattern):
        sources += [regex(pattern[end : found.start()]), re.escape(_value(found[1], context))]
        end = found.end()
    return "".join([*sources, regex(pattern[end:])])


def _value(variable: str, context: Context) -> str:
    if variable in _LITERALS:
        return _LITERALS[variable]
    name, _, default = variable.partition(",")
    values = context.get(name.strip().lower())
    if values is not None and len(values) == 1:  # a multivalued key cannot stand in a variable
        return values[0]
    stripped = default.strip()
    if len(stripped) >= 2 and stripped[0] == stripped[-1] == "'":
        return stripped[1:-1]
    raise UnresolvedError(variable)


def arn_matches(pattern: str, value: str, context: Context) -> bool:
    """ArnLike: each of the six parts between colons on its own, so that `*` does not run over a colon but in the last."""
    wanted, found = pattern.split(":", 5), value.split(":", 5)
    if len(wanted) != 6 or len(found) != 6:
        return pattern == "*"
    return all(matches_with(part, given, context) for part, given in zip(wanted, found, strict=True))
