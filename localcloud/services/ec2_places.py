"""EC2: regions and zones with all that AWS says of them, found by filters, and refused when they do not exist.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AvailabilityZone.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.availability_zones_and_regions import Region, Zone
from moto.ec2.responses.availability_zones_and_regions import AvailabilityZonesAndRegions

from localcloud.cloud import Cloud

_REGION_FILTERS: dict[str, Callable[[Region], str]] = {
    "region-name": lambda region: region.name,
    "endpoint": lambda region: region.endpoint,
    "opt-in-status": lambda region: region.opt_in_status,
}
_ZONE_FILTERS = {
    "group-name": "GroupName",
    "opt-in-status": "OptInStatus",
    "region-name": "RegionName",
    "state": "State",
    "zone-id": "ZoneId",
    "zone-name": "ZoneName",
    "zone-type": "ZoneType",
}


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    responses: Any = AvailabilityZonesAndRegions
    responses.describe_regions = _describe_regions
    responses.describe_availability_zones = _describe_availability_zones


def matches(patterns: Iterable[str], value: str) -> bool:
    """Whether a filter of EC2 lets `value` through: `*` stands for any text, `?` for one character, a backslash escapes."""
    return any(re.fullmatch(_expression(pattern), value) for pattern in patterns)


def _expression(pattern: str) -> str:
    wild = {"*": ".*", "?": "."}
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(re.escape(part[1]) if len(part) > 1 else wild.get(part, re.escape(part)) for part in parts)


def _describe_regions(response: Any) -> ActionResult:
    response.error_on_dryrun()
    names = response._get_param("RegionNames", [])
    found = {region.name: region for region in response.ec2_backend.describe_regions()}
    if unknown := [name for name in names if name not in found]:
        raise EC2ClientError("InvalidParameterValue", f"Invalid region names: [{', '.join(unknown)}]")
    chosen = [found[name] for name in names or found]
    for name, values in response._filters_from_querystring().items():
        if name not in _REGION_FILTERS:
            raise _unknown(name)
        chosen = [region for region in chosen if matches(values, _REGION_FILTERS[name](region))]
    return ActionResult({"Regions": chosen})


def _describe_availability_zones(response: Any) -> ActionResult:
    response.error_on_dryrun()
    backend: EC2Backend = response.ec2_backend
    chosen = [zone_of(zone) for zone in backend.zones.get(backend.region_name, [])]
    for parameter, key in (("ZoneNames", "ZoneName"), ("ZoneIds", "ZoneId")):
        asked = response._get_param(parameter, [])
        known = {zone[key] for zone in chosen}
        if unknown := [name for name in asked if name not in known]:
            raise EC2ClientError("InvalidParameterValue", f"Invalid availability zone: [{', '.join(unknown)}]")
        chosen = [zone for zone in chosen if not asked or zone[key] in asked]
    for name, values in response._filters_from_querystring().items():
        if name == "message":
            chosen = []  # no zone has any
        elif name not in _ZONE_FILTERS:
            raise _unknown(name)
        else:
            chosen = [zone for zone in chosen if matches(values, str(zone[_ZONE_FILTERS[name]]))]
    return ActionResult({"AvailabilityZones": chosen})


def _unknown(name: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")


def zone_of(zone: Zone) -> Mapping[str, Any]:
    """An AvailabilityZone; zones of a region are one zone group, whose name ends in `-zg-1`."""
    return {
        "State": zone.state,
        "OptInStatus": "opt-in-not-required",
        "Messages": zone.messages,
        "RegionName": zone.region_name,
        "ZoneName": zone.name,
        "ZoneId": zone.zone_id,
        "GroupName": f"{zone.region_name}-zg-1",
        "NetworkBorderGroup": zone.region_name,
        "ZoneType": zone.zone_type,
    }
