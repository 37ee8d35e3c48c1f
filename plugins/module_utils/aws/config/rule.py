# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A managed rule of AWS Config: its settings and the calls that write them. Standard library only.

https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps, merged

DEFAULTS: Mapping[str, Any] = {"description": "", "parameters": {}, "resource_types": [], "frequency": ""}


def project(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a rule. parameters: values as texts, which is how Config takes them."""
    return {
        "source": rule["Source"]["SourceIdentifier"],
        "description": rule.get("Description") or "",
        "parameters": json.loads(rule.get("InputParameters") or "{}"),
        "resource_types": sorted((rule.get("Scope") or {}).get("ComplianceResourceTypes") or []),
        "frequency": rule.get("MaximumExecutionFrequency") or "",
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as texts, resource types sorted."""
    result = dict(properties)
    if "parameters" in result:
        result["parameters"] = {name: str(value) for name, value in result["parameters"].items()}
    if "resource_types" in result:
        result["resource_types"] = sorted(result["resource_types"])
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired rule; one call writes all of it, what is not given as it was."""
    wanted = normalize(desired)
    before = dict(found.properties) if found else {}
    changed = [setting for setting in sorted(wanted) if not found or wanted[setting] != before[setting]]
    after = merged(before or DEFAULTS, wanted, changed)
    if found and not changed:
        return Steps([], before, after)
    rule: dict[str, Any] = {
        "ConfigRuleName": params["name"],
        "Description": after["description"],
        "Source": {"Owner": "AWS", "SourceIdentifier": after["source"]},
    }
    if after["parameters"]:
        rule["InputParameters"] = json.dumps(after["parameters"], sort_keys=True)
    if after["resource_types"]:
        rule["Scope"] = {"ComplianceResourceTypes": after["resource_types"]}
    if after["frequency"]:
        rule["MaximumExecutionFrequency"] = after["frequency"]
    return Steps([("put_config_rule", {"ConfigRule": rule})], before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the rule with its results."""
    return Steps([("delete_config_rule", {"ConfigRuleName": params["name"]})], found.properties, {})
