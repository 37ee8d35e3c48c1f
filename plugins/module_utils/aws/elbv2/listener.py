# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listener with its rules: what a load balancer does with a request. Standard library only.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Listener.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Rule.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.answers import Answered
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.attributes import tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.rules import (
    action_of,
    action_request,
    complete,
    complete_action,
    condition_requests,
    rule_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    merged,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list


def project(
    listener: Mapping[str, Any], rules: Iterable[Mapping[str, Any]], tags: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, Any]:
    """Properties of a listener, its rules (without the default one) and tags.

    names: by ARN, of target groups and certificates; an ARN without a name stands for itself.
    """
    certificates = [row["CertificateArn"] for row in listener.get("Certificates") or []]
    return {
        "protocol": listener["Protocol"],
        "ssl_policy": listener.get("SslPolicy") or "",
        "certificate": names.get(certificates[0], certificates[0]) if certificates else "",
        "default_action": action_of(listener["DefaultActions"], names),
        "rules": sorted(
            (rule_of(rule, names) for rule in rules if not rule.get("IsDefault")),
            key=lambda rule: int(rule["priority"]),
        ),
        "tags": dict(tags),
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Rules and actions in one form: complete, sorted by priority."""
    result = dict(properties)
    if "default_action" in result:
        result["default_action"] = complete_action(result["default_action"])
    if "rules" in result:
        result["rules"] = sorted((complete(rule) for rule in result["rules"]), key=lambda rule: int(rule["priority"]))
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired listener; what is not given is left alone.

    params: `load_balancer` (ARN), `port`, and `arns`, ARN by each name of a target group or certificate.
    Raises ChangeError for a name that has no ARN.
    """
    wanted = normalize(desired)
    arns = params["arns"] or {}
    if found is None:
        return Steps(_create(params, wanted, arns), {}, wanted)
    have = found.properties
    changed = [name for name in sorted(wanted) if name != "tags" and wanted[name] != have[name]]
    arn = found.facts["arn"]
    calls: list[Call] = []
    settings = _settings({name: wanted[name] for name in changed}, arns)
    if settings:
        if "Protocol" in settings and settings["Protocol"] == "HTTPS" and "Certificates" not in settings:
            settings["Certificates"] = [{"CertificateArn": _arn(arns, wanted.get("certificate", have["certificate"]))}]
        calls.append(("modify_listener", {"ListenerArn": arn, **settings}))
    if "rules" in changed:
        calls += _rule_calls(arn, found, wanted, arns)
    calls += tag_calls(arn, have["tags"], wanted.get("tags"), params["purge_tags"])
    after = merged(have, wanted, changed)
    after["tags"] = with_tags(have["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, have, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """The step that removes it with its rules."""
    del params
    return Steps([("delete_listener", {"ListenerArn": found.facts["arn"]})], found.properties, {})


def _create(params: Mapping[str, Any], wanted: Mapping[str, Any], arns: Mapping[str, str]) -> list[Call]:
    missing = [name for name in ("protocol", "default_action") if not wanted.get(name)]
    if missing:
        raise ChangeError(f"there is no listener on port {params['port']}, and to make it needs {', '.join(missing)}")
    request = {
        "LoadBalancerArn": params["load_balancer"],
        "Port": params["port"],
        **_settings(wanted, arns),
    }
    if wanted.get("tags"):
        request["Tags"] = tag_list(wanted["tags"])
    arn = Answered(("Listeners", 0, "ListenerArn"))
    return [
        ("create_listener", request),
        *_rule_calls(arn, None, wanted, arns),
    ]


def _settings(wanted: Mapping[str, Any], arns: Mapping[str, str]) -> dict[str, Any]:
    request: dict[str, Any] = {}
    if "protocol" in wanted:
        request["Protocol"] = wanted["protocol"]
    if wanted.get("ssl_policy"):
        request["SslPolicy"] = wanted["ssl_policy"]
    if wanted.get("certificate"):
        request["Certificates"] = [{"CertificateArn": _arn(arns, wanted["certificate"])}]
    if "default_action" in wanted:
        request["DefaultActions"] = [action_request(wanted["default_action"], arns)]
    return request


def _rule_calls(listener: Any, found: Found | None, wanted: Mapping[str, Any], arns: Mapping[str, str]) -> list[Call]:
    """Surplus rules go first: a listener takes 100, and a priority once."""
    have = {int(rule["priority"]): rule for rule in (found.properties["rules"] if found else [])}
    want = {int(rule["priority"]): rule for rule in wanted.get("rules", [])}
    rule_arns = found.facts["rules"] if found else {}
    calls: list[Call] = [
        ("delete_rule", {"RuleArn": rule_arns[str(priority)]}) for priority in sorted(have.keys() - want.keys())
    ]
    tagging = {"Tags": tag_list(wanted["tags"])} if wanted.get("tags") else {}
    for priority, rule in sorted(want.items()):
        content = {"Conditions": condition_requests(rule), "Actions": [action_request(rule["action"], arns)]}
        if priority not in have:
            calls.append(("create_rule", {"ListenerArn": listener, "Priority": priority, **content, **tagging}))
        elif have[priority] != rule:
            calls.append(("modify_rule", {"RuleArn": rule_arns[str(priority)], **content}))
    return calls


def _arn(arns: Mapping[str, str], name: str) -> str:
    found = name if name.startswith("arn:") else arns.get(name)
    if not found:
        raise ChangeError(f"nothing says what {name} is: give its ARN in arns")
    return found
