# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A subscription of an SNS topic: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, Found, Steps, merged

#: What SNS lists instead of an ARN until the endpoint has confirmed.
PENDING = "PendingConfirmation"
DEFAULTS: Mapping[str, Any] = {
    "raw_delivery": False,
    "filter_policy": {},
    "filter_scope": "MessageAttributes",
    "dead_letter_arn": "",
}


def name_of(topic_arn: str, protocol: str, endpoint: str) -> str:
    """What a subscription is called in a plan: `<topic> <protocol> <endpoint>`, by the last part of ARNs."""
    end = endpoint.rpartition(":")[2] if endpoint.startswith("arn:") else endpoint
    return f"{topic_arn.rpartition(':')[2]} {protocol} {end}"


def project(subscription: Mapping[str, str], attributes: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a listed subscription and its attributes ({} while it waits for its confirmation)."""
    return {
        "topic_arn": subscription["TopicArn"],
        "protocol": subscription["Protocol"],
        "endpoint": subscription["Endpoint"],
        "raw_delivery": attributes.get("RawMessageDelivery") == "true",
        "filter_policy": _document(attributes, "FilterPolicy"),
        "filter_scope": attributes.get("FilterPolicyScope", "MessageAttributes"),
        "dead_letter_arn": _document(attributes, "RedrivePolicy").get("deadLetterTargetArn", ""),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone.

    None for a subscription that waits for its confirmation: SNS lets nobody change it, and would ask the endpoint once more.
    """
    place = {name: params[name] for name in ("topic_arn", "protocol", "endpoint")}
    if found is None:
        request = {"TopicArn": place["topic_arn"], "Protocol": place["protocol"], "Endpoint": place["endpoint"]}
        attributes = _attributes({name: value for name, value in desired.items() if value != DEFAULTS[name]})
        return Steps([("subscribe", {**request, "Attributes": attributes})], {}, {**place, **desired})
    if found.facts["arn"] == PENDING:
        return Steps([], found.properties, found.properties)
    changed = [setting for setting in sorted(desired) if desired[setting] != found.properties[setting]]
    calls: list[Call] = []
    for attribute, value in _attributes({setting: desired[setting] for setting in changed}).items():
        request = {"SubscriptionArn": found.facts["arn"], "AttributeName": attribute, "AttributeValue": value}
        calls.append(("set_subscription_attributes", request))
    return Steps(calls, found.properties, merged(found.properties, desired, changed))


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the subscription. One that was never confirmed has no ARN to name and expires by itself."""
    if found.facts["arn"] == PENDING:
        return Steps([], found.properties, found.properties)
    return Steps([("unsubscribe", {"SubscriptionArn": found.facts["arn"]})], found.properties, {})


def _attributes(values: Mapping[str, Any]) -> dict[str, str]:
    result = {}
    # The scope first: SNS judges the policy by it.
    if "filter_scope" in values:
        result["FilterPolicyScope"] = values["filter_scope"]
    if "filter_policy" in values:
        result["FilterPolicy"] = json.dumps(values["filter_policy"], sort_keys=True)
    if "raw_delivery" in values:
        result["RawMessageDelivery"] = "true" if values["raw_delivery"] else "false"
    if "dead_letter_arn" in values:
        target = values["dead_letter_arn"]
        result["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": target} if target else {})
    return result


def _document(attributes: Mapping[str, str], name: str) -> Any:
    return json.loads(attributes[name]) if attributes.get(name) else {}
