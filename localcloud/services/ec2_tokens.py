"""EC2: lists are answered in pages where the request asks for them; moto answers all, and no token.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html (MaxResults, NextToken)
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response

from localcloud.cloud import Cloud

#: Operation -> the list in its answer.
PAGED = {
    "describe_images": "Images",
    "describe_internet_gateways": "InternetGateways",
    "describe_nat_gateways": "NatGateways",
    "describe_network_acls": "NetworkAcls",
    "describe_network_interfaces": "NetworkInterfaces",
    "describe_route_tables": "RouteTables",
    "describe_security_groups": "SecurityGroups",
    "describe_snapshots": "Snapshots",
    "describe_subnets": "Subnets",
    "describe_volumes": "Volumes",
    "describe_vpc_endpoints": "VpcEndpoints",
    "describe_vpc_peering_connections": "VpcPeeringConnections",
    "describe_vpcs": "Vpcs",
}
_PREFIX = "localcloud:"


def install(cloud: Cloud) -> None:
    """Patch moto's EC2, after the files whose names come before this one's replaced what they replace."""
    for operation, name in PAGED.items():
        setattr(EC2Response, operation, _paged(getattr(EC2Response, operation), name))


def _paged(plain: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    def describe(response: Any) -> Any:
        size, token = response._get_int_param("MaxResults"), response._get_param("NextToken")
        if size is not None and not 5 <= size <= 1000:
            raise EC2ClientError(
                "InvalidParameterValue", f"Value ( {size} ) for parameter maxResults is invalid. Expecting 5 to 1000."
            )
        answer = plain(response)
        result = answer._result if isinstance(answer, ActionResult) else None
        if not isinstance(result, dict) or name not in result or (size is None and token is None):
            return answer
        found, begin = list(result[name]), offset(token)
        end = len(found) if size is None else begin + size
        page = {**result, name: found[begin:end]}
        if end < len(found):
            page["NextToken"] = token_of(end)
        return ActionResult(page)

    describe.__name__ = plain.__name__
    return describe


def token_of(begin: int) -> str:
    """An opaque token for the page that begins there."""
    return base64.urlsafe_b64encode(f"{_PREFIX}{begin}".encode()).decode()


def offset(token: str | None) -> int:
    """Where the page of a token begins. InvalidParameterValue for one that nobody gave out."""
    if token is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    if not text.startswith(_PREFIX) or not text.removeprefix(_PREFIX).isdigit():
        raise EC2ClientError("InvalidParameterValue", "Unable to parse pagination token")
    return int(text.removeprefix(_PREFIX))
