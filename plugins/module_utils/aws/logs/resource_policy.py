# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource policy of CloudWatch Logs: which services may write into log groups. Standard library only.

An account has ten of them in a region:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps


def project(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a ResourcePolicy."""
    return {"policy": canonical(policy.get("policyDocument"))}


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The policy in the form that project gives, whoever wrote it."""
    return {**properties, "policy": canonical(properties.get("policy"))}


def select(policies: Iterable[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    """The policy of that name, or None."""
    return next((policy for policy in policies if policy["policyName"] == name), None)


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired policy."""
    before = dict(found.properties) if found else {}
    after = normalize(desired)
    if before == after:
        return Steps([], before, after)
    document = json.dumps(after["policy"], sort_keys=True)
    return Steps([("put_resource_policy", {"policyName": params["name"], "policyDocument": document})], before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the policy."""
    return Steps([("delete_resource_policy", {"policyName": params["name"]})], found.properties, {})
