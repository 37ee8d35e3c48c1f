# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access logs of a distribution, delivered to a bucket by CloudWatch Logs. Standard library only.

CloudFront's older way of logging needs a bucket with access lists, which buckets with a settled owner do not have.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.answers import Answered
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, ChangeError, Found, Steps

S3 = "arn:aws:s3:::"


def find(
    name: str,
    sources: Iterable[Mapping[str, Any]],
    destinations: Iterable[Mapping[str, Any]],
    deliveries: Iterable[Mapping[str, Any]],
) -> Found | None:
    """The source, the destination and the delivery between them that bear the name; None when none of them is there."""
    source = next((each for each in sources if each["name"] == name), None)
    destination = next((each for each in destinations if each["name"] == name), None)
    delivery = next((each for each in deliveries if each["deliverySourceName"] == name), None)
    if not (source or destination or delivery):
        return None
    where = ((destination or {}).get("deliveryDestinationConfiguration") or {}).get("destinationResourceArn", "")
    properties = {
        "distribution": (source or {}).get("resourceArns", [""])[0],
        "bucket": where.removeprefix(S3),
        "format": (destination or {}).get("outputFormat", ""),
        "delivered": bool(source and destination and delivery),
    }
    facts = {"source": bool(source), "destination": bool(destination), "delivery": (delivery or {}).get("id", "")}
    return Found(properties, facts)


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired logging. What differs is made anew, because nothing of it can change.

    Raises ChangeError when something that it needs is not given.
    """
    have = dict(found.properties) if found else {}
    wanted = {**have, "delivered": True, **desired}
    if found and wanted == have:
        return Steps([], have, have)
    missing = [each for each in ("distribution", "bucket", "format") if not wanted.get(each)]
    if missing:
        raise ChangeError(
            f"the logs of {params['name']} are not delivered, and to deliver them needs {', '.join(missing)}"
        )
    calls = _removal(params["name"], found) if found else []
    name, first = params["name"], len(calls)
    calls += [
        ("put_delivery_source", {"name": name, "resourceArn": wanted["distribution"], "logType": "ACCESS_LOGS"}),
        (
            "put_delivery_destination",
            {
                "name": name,
                "outputFormat": wanted["format"],
                "deliveryDestinationConfiguration": {"destinationResourceArn": S3 + wanted["bucket"]},
            },
        ),
        (
            "create_delivery",
            {
                "deliverySourceName": name,
                "deliveryDestinationArn": Answered(("deliveryDestination", "arn"), first + 1),
            },
        ),
    ]
    return Steps(calls, have, wanted)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove what there is: the delivery first, then what it is between."""
    return Steps(_removal(params["name"], found), found.properties, {})


def _removal(name: str, found: Found) -> list[Call]:
    calls: list[Call] = []
    if found.facts["delivery"]:
        calls.append(("delete_delivery", {"id": found.facts["delivery"]}))
    if found.facts["source"]:
        calls.append(("delete_delivery_source", {"name": name}))
    if found.facts["destination"]:
        calls.append(("delete_delivery_destination", {"name": name}))
    return calls
