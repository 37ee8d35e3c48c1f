# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who changed a resource, from CloudTrail's event history. The client comes first.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: two requests a second and region.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

#: Events of these services are told in this region, whichever one made the request.
#: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
GLOBAL = frozenset({"iam", "cloudfront", "route53"})
GLOBAL_REGION = "us-east-1"


def changes_of(client: Any, names: Iterable[str], limit: int = 3) -> list[dict[str, str]]:
    """The last changes of a resource, the newest first: event, who (an ARN), when (UTC). Empty when there are none.

    `names` are tried in turn until one is known. Only calls that change something and succeeded count. Raises what boto3 raises.
    """
    for name in names:
        wanted = [{"AttributeKey": "ResourceName", "AttributeValue": name}]
        events = client.lookup_events(LookupAttributes=wanted, MaxResults=50)["Events"]
        found = [
            _told(event) for event in events if event.get("ReadOnly") != "true" and not _detail(event).get("errorCode")
        ]
        if found:
            return found[:limit]
    return []


def _told(event: dict[str, Any]) -> dict[str, str]:
    identity = _detail(event).get("userIdentity") or {}
    who = identity.get("arn") or identity.get("invokedBy") or event.get("Username") or "an AWS service"
    moment = event["EventTime"]
    return {"event": event["EventName"], "who": who, "when": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _detail(event: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(event.get("CloudTrailEvent") or "{}"))
