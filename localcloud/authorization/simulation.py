"""SimulatePrincipalPolicy and SimulateCustomPolicy on top of the evaluation: pure.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from localcloud.authorization.evaluation import BOUNDARY, Caller, Policies, Question, decide
from localcloud.authorization.policy import Policy

#: Kind of policy in the evaluation -> SourcePolicyType.
_TYPES = {"resource-based policy": "Resource Policy", BOUNDARY: "IAM Policy", "session policy": "IAM Policy"}


def context_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """ContextEntries as condition keys."""
    return {
        str(entry["ContextKeyName"]).lower(): tuple(str(value) for value in entry.get("ContextKeyValues") or ())
        for entry in entries
    }


def simulate(
    caller: Caller,
    actions: Iterable[str],
    resources: Iterable[str],
    policies: Policies,
    context: Mapping[str, tuple[str, ...]],
) -> list[dict[str, Any]]:
    """EvaluationResults: one for each action on each resource."""
    results = []
    named = list(resources) or ["*"]
    missing = sorted({key for key in _keys(policies) if key.lower() not in context})
    for action in actions:
        for resource in named:
            decision = decide(caller, Question(action, resource, context), policies)
            result: dict[str, Any] = {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decision.outcome,
                "MatchedStatements": [
                    {
                        "SourcePolicyId": match.policy,
                        "SourcePolicyType": _TYPES.get(match.kind, "IAM Policy"),
                    }
                    for match in decision.by
                ],
                "MissingContextValues": missing,
            }
            if policies.boundary is not None:
                allowed = decision.kind != BOUNDARY
                result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
            results.append(result)
    return results


def _keys(policies: Policies) -> Iterable[str]:
    every: list[Policy] = [*policies.identity, *(policies.session or ())]
    every += [policy for policy in (policies.boundary, policies.resource) if policy is not None]
    return (condition.key for policy in every for statement in policy.statements for condition in statement.conditions)
