# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web ACL: its rules, and the load balancers whose requests it judges. Standard library only.

https://docs.aws.amazon.com/waf/latest/APIReference/API_WebACL.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.answers import Answered
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

SETTINGS = ("description", "default_action", "rules")


def project(acl: Mapping[str, Any], balancers: Iterable[str], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a web ACL (of GetWebACL), the names of its load balancers, its tags."""
    return {
        "description": acl.get("Description") or "",
        "default_action": "block" if "Block" in acl["DefaultAction"] else "allow",
        "rules": in_order(acl.get("Rules") or []),
        "load_balancers": sorted(balancers),
        "tags": dict(tags),
    }


def in_order(rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rules by priority, with texts for bytes and without what is empty."""
    return sorted((_plain(rule) for rule in rules), key=lambda rule: int(rule["Priority"]))


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties with their rules in order."""
    return {**properties, **({"rules": in_order(properties["rules"])} if "rules" in properties else {})}


def balancer_name(arn: str) -> str:
    """The name in the ARN of a load balancer, else the ARN."""
    parts = arn.split(":loadbalancer/app/")
    return parts[1].split("/")[0] if len(parts) == 2 else arn


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired ACL; what is not given is left alone.

    params: `name`, `scope`, `metric`, and `arns`, ARN by name of load balancer. Raises ChangeError for a name without one.
    """
    wanted = normalize(desired)
    if "load_balancers" in wanted:
        wanted["load_balancers"] = sorted(wanted["load_balancers"])
    if found is None:
        return Steps(_create(params, wanted), {}, wanted)
    have = found.properties
    changed = [name for name in sorted(wanted) if name != "tags" and wanted[name] != have[name]]
    calls: list[Call] = []
    if set(changed) & set(SETTINGS):
        request = {
            **_identity(params, found),
            **_settings(params["name"], {**{name: have[name] for name in SETTINGS}, **wanted}),
            "LockToken": found.facts["lock_token"],
        }
        calls.append(("update_web_acl", request))
    if "load_balancers" in changed:
        calls += _associations(params, have["load_balancers"], wanted["load_balancers"], found.facts["arn"])
    add, gone = tag_changes(have["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"ResourceARN": found.facts["arn"], "Tags": tag_list(add)}))
    if gone:
        calls.append(("untag_resource", {"ResourceARN": found.facts["arn"], "TagKeys": gone}))
    after = merged(have, wanted, changed)
    after["tags"] = with_tags(have["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, have, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that let go of its load balancers and remove it."""
    calls: list[Call] = [("disassociate_web_acl", {"ResourceArn": arn}) for arn in sorted(found.facts["resources"])]
    calls.append(("delete_web_acl", {**_identity(params, found), "LockToken": found.facts["lock_token"]}))
    return Steps(calls, found.properties, {})


def _create(params: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Call]:
    settings = {"description": "", "default_action": "allow", "rules": [], **wanted}
    request = {"Name": params["name"], "Scope": params["scope"], **_settings(params["name"], settings)}
    if wanted.get("tags"):
        request["Tags"] = tag_list(wanted["tags"])
    arn = Answered(("Summary", "ARN"))
    return [("create_web_acl", request), *_associations(params, [], wanted.get("load_balancers", []), arn)]


def _settings(name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "DefaultAction": {"Block": {}} if wanted["default_action"] == "block" else {"Allow": {}},
        "Rules": wanted["rules"],
        "VisibilityConfig": {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name},
    }
    if wanted["description"]:
        request["Description"] = wanted["description"]
    return request


def _identity(params: Mapping[str, Any], found: Found) -> dict[str, Any]:
    return {"Name": params["name"], "Scope": params["scope"], "Id": found.facts["id"]}


def _associations(params: Mapping[str, Any], have: Iterable[str], want: Iterable[str], acl: Any) -> list[Call]:
    arns = params["arns"] or {}

    def arn(name: str) -> str:
        if name.startswith("arn:"):
            return name
        if name not in arns:
            raise ChangeError(f"nothing says what load balancer {name} is: give its ARN in arns")
        return str(arns[name])

    gone = sorted(set(have) - set(want))
    new = sorted(set(want) - set(have))
    calls: list[Call] = [("disassociate_web_acl", {"ResourceArn": arn(name)}) for name in gone]
    return calls + [("associate_web_acl", {"WebACLArn": acl, "ResourceArn": arn(name)}) for name in new]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
