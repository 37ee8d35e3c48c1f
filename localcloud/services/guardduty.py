"""GuardDuty: one detector in a region, the features that it has, tags.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html
https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DetectorFeatureConfigurationResult.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import moto.guardduty.urls as addresses
from moto.core.exceptions import JsonRESTError
from moto.guardduty.exceptions import DetectorNotFoundException
from moto.guardduty.models import Detector, GuardDutyBackend
from moto.guardduty.responses import GuardDutyResponse

from localcloud.cloud import Cloud

ALWAYS = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
#: Feature -> whether a new detector has it on.
FEATURES = {
    "S3_DATA_EVENTS": True,
    "EKS_AUDIT_LOGS": True,
    "EBS_MALWARE_PROTECTION": True,
    "RDS_LOGIN_EVENTS": True,
    "LAMBDA_NETWORK_LOGS": True,
    "EKS_RUNTIME_MONITORING": False,
    "RUNTIME_MONITORING": False,
}


def install(cloud: Cloud) -> None:
    """Patch moto's GuardDuty."""
    backend: Any = GuardDutyBackend
    detector: Any = Detector
    response: Any = GuardDutyResponse
    create, update, remove = backend.create_detector, detector.update, backend.delete_detector

    def create_detector(self: GuardDutyBackend, *arguments: Any) -> str:
        if self.detectors:
            raise _refusal("The request is rejected because a detector already exists for the current account.")
        identifier: str = create(self, *arguments)
        made = self.detectors[identifier]
        made.features = _merged([{"name": name, "status": _status(on)} for name, on in FEATURES.items()], made.features)
        return identifier

    def changed(self: Detector, enable: Any, frequency: Any, sources: Any, features: Any) -> None:
        update(self, enable, frequency, sources, None)
        self.features = _merged(self.features, features or [])

    def delete_detector(self: GuardDutyBackend, detector_id: str) -> None:
        self.get_detector(detector_id)
        remove(self, detector_id)

    backend.create_detector = create_detector
    backend.delete_detector = delete_detector
    detector.update = changed
    detector.to_json = _shown(detector.to_json)
    response.tag_resource = _tag
    response.untag_resource = _untag
    response.list_tags_for_resource = _tags
    addresses.url_paths["{0}/tags/(?P<resource_arn>.+)$"] = GuardDutyResponse.dispatch


def _refusal(message: str) -> JsonRESTError:
    refusal = JsonRESTError("BadRequestException", message)
    refusal.code = 400
    return refusal


def _status(on: bool) -> str:
    return "ENABLED" if on else "DISABLED"


def _merged(features: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {row["name"]: row for row in features}
    for row in given:
        if row["name"] not in FEATURES:
            raise _refusal(f"The request is rejected because the feature {row['name']} is not one that can be set.")
        known[row["name"]] = {**known.get(row["name"], {}), **row}
    return list(known.values())


def _shown(plain: Any) -> Any:
    def to_json(self: Detector) -> dict[str, Any]:
        found: dict[str, Any] = plain(self)
        found["features"] = [{"name": name, "status": "ENABLED"} for name in ALWAYS] + found["features"]
        return found

    return to_json


def _detector(response: GuardDutyResponse) -> Detector:
    identifier = unquote(response.path).rpartition("/")[2]
    detector = response.guardduty_backend.detectors.get(identifier)
    if detector is None:
        raise DetectorNotFoundException
    return detector


def _tag(response: GuardDutyResponse) -> str:
    _detector(response).tags |= response._get_param("tags")
    return "{}"


def _untag(response: GuardDutyResponse) -> str:
    tags = _detector(response).tags
    for key in response.querystring.get("tagKeys", []):
        tags.pop(key, None)
    return "{}"


def _tags(response: GuardDutyResponse) -> str:
    return json.dumps({"tags": _detector(response).tags})
