# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policy documents in one canonical form, so that two that say the same are equal. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: Elements in which a single string and a list of one string mean the same (IAM policy grammar).
LISTS = ("Action", "NotAction", "Resource", "NotResource")


def canonical(document: str | Mapping[str, Any] | None) -> dict[str, Any]:
    """The document with statements, actions, resources, principals and condition values as sorted lists; {} for none.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    if not document:
        return {}
    parsed = json.loads(document) if isinstance(document, str) else document
    statements = [_statement(statement) for statement in _list(parsed.get("Statement"))]
    return {
        "Version": parsed.get("Version", "2008-10-17"),
        "Statement": sorted(statements, key=lambda statement: json.dumps(statement, sort_keys=True)),
    }


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(statement)
    for name in LISTS:
        if name in result:
            result[name] = sorted(_list(result[name]))
    for name in ("Principal", "NotPrincipal"):
        if name in result:
            result[name] = _principal(result[name])
    if "Condition" in result:
        result["Condition"] = {
            operator: {key: sorted(str(value) for value in _list(values)) for key, values in tests.items()}
            for operator, tests in result["Condition"].items()
        }
    return result


def _principal(principal: Any) -> Any:
    if isinstance(principal, Mapping):
        return {kind: sorted(_list(names)) for kind, names in principal.items()}
    return principal


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
