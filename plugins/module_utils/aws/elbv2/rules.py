# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules and actions of a listener, between the role's words and AWS's. Standard library only.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError

#: What AWS keeps of a redirect that does not name a part.
REDIRECT = {"protocol": "#{protocol}", "port": "#{port}", "host": "#{host}", "path": "/#{path}", "query": "#{query}"}
_LISTS = {"hosts": ("host-header", "HostHeaderConfig"), "paths": ("path-pattern", "PathPatternConfig")}


def complete_action(action: Mapping[str, Any]) -> dict[str, Any]:
    """An action with all its keys, as texts."""
    defaults: dict[str, Any] = {}
    if action["type"] == "redirect":
        defaults = {"status": "HTTP_301", **REDIRECT}
    elif action["type"] == "fixed-response":
        defaults = {"content_type": "text/plain", "body": ""}
    found = {**defaults, **action}
    return {key: value if isinstance(value, Mapping) else str(value) for key, value in found.items()}


def complete(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule with all its keys, lists sorted."""
    other = {"other": rule["other"]} if "other" in rule else {}
    return {
        "priority": int(rule["priority"]),
        "hosts": sorted(rule.get("hosts") or []),
        "paths": sorted(rule.get("paths") or []),
        "headers": {str(name).lower(): sorted(values) for name, values in (rule.get("headers") or {}).items()},
        "action": complete_action(rule["action"]),
        **other,
    }


def rule_of(rule: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """AWS's rule in the role's words. A condition of a kind that the role has no word for stands under `other`."""
    result: dict[str, Any] = {"priority": int(rule["Priority"]), "hosts": [], "paths": [], "headers": {}}
    for condition in rule.get("Conditions") or []:
        field = condition.get("Field", "")
        for word, (known, config) in _LISTS.items():
            if field == known:
                result[word] = sorted((condition.get(config) or {}).get("Values") or condition.get("Values") or [])
        if field == "http-header":
            header = condition["HttpHeaderConfig"]
            result["headers"][header["HttpHeaderName"].lower()] = sorted(header["Values"])
        elif field not in {known for known, _config in _LISTS.values()}:
            result.setdefault("other", []).append(field)
    return {**result, "action": action_of(rule["Actions"], names)}


def action_of(actions: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, Any]:
    """The last action (what comes before it authenticates) in the role's words."""
    action = max(actions, key=lambda each: int(each.get("Order") or 0))
    if action["Type"] == "forward":
        return _forward(action, names)
    if action["Type"] == "redirect":
        config = action["RedirectConfig"]
        parts = {name: config.get(name.capitalize(), default) for name, default in REDIRECT.items()}
        return complete_action({"type": "redirect", "status": config["StatusCode"], **parts})
    if action["Type"] == "fixed-response":
        config = action["FixedResponseConfig"]
        content = {"content_type": config.get("ContentType") or "text/plain", "body": config.get("MessageBody") or ""}
        return {"type": "fixed-response", "status": str(config["StatusCode"]), **content}
    return {"type": str(action["Type"])}


def _forward(action: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or [
        {"TargetGroupArn": action.get("TargetGroupArn")}
    ]
    if len(groups) == 1:
        arn = str(groups[0]["TargetGroupArn"])
        return {"type": "forward", "target_group": names.get(arn, arn)}
    weights = {names.get(row["TargetGroupArn"], row["TargetGroupArn"]): int(row.get("Weight") or 0) for row in groups}
    return {"type": "forward", "target_groups": weights}


def action_request(action: Mapping[str, Any], arns: Mapping[str, str]) -> dict[str, Any]:
    """An action for AWS. Raises ChangeError for a target group whose ARN nobody gave."""
    if action["type"] == "forward":
        name = action["target_group"]
        arn = name if name.startswith("arn:") else arns.get(name)
        if not arn:
            raise ChangeError(f"nothing says what target group {name} is: give its ARN in arns")
        return {"Type": "forward", "TargetGroupArn": arn}
    if action["type"] == "redirect":
        parts = {name.capitalize(): str(action[name]) for name in REDIRECT}
        return {"Type": "redirect", "RedirectConfig": {**parts, "StatusCode": action["status"]}}
    if action["type"] == "fixed-response":
        config = {"StatusCode": str(action["status"]), "ContentType": action["content_type"]}
        if action["body"]:
            config["MessageBody"] = action["body"]
        return {"Type": "fixed-response", "FixedResponseConfig": config}
    raise ChangeError(f"an action is forward, redirect or fixed-response; got {action['type']!r}")


def condition_requests(rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The conditions of a rule for AWS; all must hold."""
    conditions: list[dict[str, Any]] = [
        {"Field": field, config: {"Values": list(rule[word])}} for word, (field, config) in _LISTS.items() if rule[word]
    ]
    for name, values in sorted(rule["headers"].items()):
        conditions.append(
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": name, "Values": list(values)}}
        )
    return conditions
