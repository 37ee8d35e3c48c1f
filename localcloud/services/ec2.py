"""EC2: NAT gateways start and stop in time, and a changed description of a rule is answered.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsEgress.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.responses.security_groups import SecurityGroups

from localcloud.cloud import Cloud
from localcloud.services.ec2_places import matches

STARTING_SECONDS = 120.0
STOPPING_SECONDS = 60.0
_FILTERS = frozenset({"nat-gateway-id", "state", "subnet-id", "vpc-id"})


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    NatGateway.state = _state(cloud)  # type: ignore[assignment]
    NatGateway.delete_time = property(_delete_time)  # type: ignore[attr-defined]
    backend: Any = EC2Backend
    backend.describe_nat_gateways = _describe(backend.describe_nat_gateways)
    for way in ("ingress", "egress"):
        name = f"update_security_group_rule_descriptions_{way}"
        setattr(SecurityGroups, name, _answered(getattr(SecurityGroups, name)))


def _describe(plain: Callable[..., list[NatGateway]]) -> Callable[..., list[NatGateway]]:
    """With the filters on tags, which moto passes over, and an error for a gateway that is not there."""

    def describe_nat_gateways(backend: Any, filters: dict[str, list[str]] | None, nat_gateway_ids: Any) -> Any:
        for identifier in nat_gateway_ids or []:
            if identifier not in backend.nat_gateways:
                raise EC2ClientError("NatGatewayNotFound", f"NAT gateway {identifier} was not found")
        found = plain(backend, filters, nat_gateway_ids)
        for name, values in (filters or {}).items():
            if name == "tag-key":
                found = [one for one in found if any(matches(values, tag["key"]) for tag in one.get_tags())]
            elif name.startswith("tag:"):
                wanted = name.removeprefix("tag:")
                found = [
                    one
                    for one in found
                    if any(tag["key"] == wanted and matches(values, tag["value"]) for tag in one.get_tags())
                ]
            elif name not in _FILTERS:
                raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
        return found

    return describe_nat_gateways


def _state(cloud: Cloud) -> property:
    """pending, available, deleting, deleted: from two moments that are kept with the gateway, so that a restart changes none."""

    def get(gateway: NatGateway) -> str:
        kept = vars(gateway)
        removed = kept.get("removed_at")
        if removed is not None:
            return "deleting" if time.time() - removed < cloud.seconds(STOPPING_SECONDS) else "deleted"
        started = kept.get("started_at", 0.0)
        return "pending" if time.time() - started < cloud.seconds(STARTING_SECONDS) else "available"

    def put(gateway: NatGateway, state: str) -> None:
        vars(gateway)["removed_at" if state == "deleted" else "started_at"] = time.time()

    return property(get, put)


def _delete_time(gateway: NatGateway) -> datetime | None:
    removed = vars(gateway).get("removed_at")
    return None if removed is None else datetime.fromtimestamp(removed, UTC)


def _answered(plain: Callable[[Any], Any]) -> Callable[[Any], ActionResult]:
    """moto answers nothing; AWS says that it went well."""

    def update(response: Any) -> ActionResult:
        plain(response)
        return ActionResult({"Return": True})

    return update
