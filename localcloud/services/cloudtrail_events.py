"""CloudTrail's event history: LookupEvents, answered from the record of requests.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html (global service events, data events)
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError

from localcloud.cloud import Cloud

KEYS = ("EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId")
DAYS = 90
LARGEST_PAGE = 50
#: Their events are told in one region, wherever the request was made.
GLOBAL = {"iam", "cloudfront", "route53"}
GLOBAL_REGION = "us-east-1"
#: What works on the content of a resource is a data event, and no part of the history.
DATA = {
    "s3": re.compile(r".*Object.*|.*Part.*|.*MultipartUpload.*"),
    "dynamodb": re.compile(r".*Item.*|Query|Scan|Execute.*"),
    "sqs": re.compile(r".*Message.*"),
    "sns": re.compile(r"Publish.*"),
    "cloudwatch": re.compile(r"PutMetricData"),
    "logs": re.compile(r"PutLogEvents"),
}
_NAMING = re.compile(r"(?:[iI]ds?|[nN]ames?|[aA]rns?|ARNs?|[iI]dentifiers?|Bucket|Resources?|certificate)$")


def install(cloud: Cloud) -> None:
    """Add LookupEvents to moto's CloudTrail."""
    responses: Any = CloudTrailResponse
    path = cloud.state / "requests.jsonl"

    def lookup_events(self: Any) -> str:
        found = list(_matching(self, _events(path, self.region)))
        start = _start(self._get_param("NextToken"))
        size = self._get_param("MaxResults") or LARGEST_PAGE
        if not 1 <= size <= LARGEST_PAGE:
            raise JsonRESTError("InvalidMaxResultsException", f"MaxResults must be from 1 to {LARGEST_PAGE}.")
        answer: dict[str, Any] = {"Events": found[start : start + size]}
        if start + size < len(found):
            answer["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
        return json.dumps(answer)

    responses.lookup_events = lookup_events


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise JsonRESTError("InvalidNextTokenException", "The token is not one that this operation returned.") from None


def _events(path: Path, region: str) -> Iterator[dict[str, Any]]:
    """Management events of a region, the newest first."""
    lines: list[str] = []
    for each in (path.with_suffix(".old.jsonl"), path):
        if each.exists():
            lines += each.read_text(encoding="utf-8").splitlines()
    for line in reversed(lines):
        try:
            record = json.loads(line)
        except ValueError:  # the line that is being written at this moment
            continue
        home = GLOBAL_REGION if record["service"] in GLOBAL else record["region"]
        data = DATA.get(record["service"])
        if home != region or record["principal"] == "anonymous" or (data and data.fullmatch(record["action"])):
            continue
        yield _event(record, home)


def _event(record: dict[str, Any], region: str) -> dict[str, Any]:
    arn = record["principal"]
    names = sorted(set(_names(record["parameters"])))
    source = f"{record['service']}.amazonaws.com"
    identifier = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    detail = {
        "eventVersion": "1.11",
        "userIdentity": {"type": _type(arn), "arn": arn, "accountId": arn.split(":")[4]},
        "eventTime": record["time"],
        "eventSource": source,
        "eventName": record["action"],
        "awsRegion": region,
        "requestParameters": record["parameters"],
        "eventID": identifier[:36],
        "readOnly": not record["mutating"],
        "eventType": "AwsApiCall",
        **({"errorCode": record["code"]} if record["code"] else {}),
    }
    moment = datetime.datetime.fromisoformat(record["time"].replace("Z", "+00:00"))
    return {
        "EventId": identifier[:36],
        "EventName": record["action"],
        "ReadOnly": "false" if record["mutating"] else "true",
        "EventTime": moment.timestamp(),
        "EventSource": source,
        "Username": arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1],
        "Resources": [{"ResourceName": name} for name in names],
        "CloudTrailEvent": json.dumps(detail),
    }


def _type(arn: str) -> str:
    return "Root" if arn.endswith(":root") else "AssumedRole" if ":assumed-role/" in arn else "IAMUser"


def _names(value: Any, key: str = "") -> Iterator[str]:
    """Texts of the parameters that name a resource."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _names(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item, key)
    elif isinstance(value, str) and _NAMING.search(key) and len(value) <= 512:
        yield value


def _matching(request: Any, events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    attributes = request._get_param("LookupAttributes") or []
    if len(attributes) > 1 or any(each.get("AttributeKey") not in KEYS for each in attributes):
        raise JsonRESTError(
            "InvalidLookupAttributesException", "One attribute, of those that are documented, can be given."
        )
    begin, end = request._get_param("StartTime"), request._get_param("EndTime")
    if begin and end and begin > end:
        raise JsonRESTError("InvalidTimeRangeException", "StartTime is after EndTime.")
    oldest = datetime.datetime.now(datetime.UTC).timestamp() - DAYS * 86400
    for event in events:
        if event["EventTime"] < max(begin or 0, oldest) or (end and event["EventTime"] > end):
            continue
        if all(_has(event, each["AttributeKey"], each["AttributeValue"]) for each in attributes):
            yield event


def _has(event: dict[str, Any], key: str, value: str) -> bool:
    if key == "ResourceName":
        return any(each["ResourceName"] == value for each in event["Resources"])
    return bool(event.get(key) == value)
