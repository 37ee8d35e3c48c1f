"""EC2: endpoints start and stop in time and can be changed; flow logs deliver only where they may.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkAcls.html (filter network-acl-id)
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html (deliverLogsStatus)
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html (LogDestination is the ARN of a log group, too)
https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html (one private name in a VPC, one subnet in a zone)
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.network_acls import NetworkAcl
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses.vpcs import VPCs
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from localcloud.cloud import Cloud

STARTING_SECONDS = 90.0
STOPPING_SECONDS = 60.0
DELIVERER = "vpc-flow-logs.amazonaws.com"


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    endpoint: Any = VPCEndPoint
    endpoint.state = _state(cloud)
    endpoint.get_filter_value = _filter(
        endpoint.get_filter_value, {"vpc-id": "vpc_id", "service-name": "service_name", "vpc-endpoint-id": "id"}
    )
    acl: Any = NetworkAcl
    acl.get_filter_value = _filter(acl.get_filter_value, {"network-acl-id": "id"})
    backend: Any = EC2Backend
    backend.create_vpc_endpoint = _create(backend.create_vpc_endpoint)
    backend.create_flow_logs = _deliver(backend.create_flow_logs)
    responses: Any = VPCs
    responses.modify_vpc_endpoint = _modify(responses.modify_vpc_endpoint)


def _state(cloud: Cloud) -> property:
    """pending, available, deleting, deleted; gateway endpoints know the second and the last only."""

    def get(endpoint: Any) -> str:
        kept = vars(endpoint)
        interface = (kept.get("vpc_endpoint_type") or "Gateway").lower() == "interface"
        removed = kept.get("removed_at")
        if removed is not None:
            return "deleting" if interface and time.time() - removed < cloud.seconds(STOPPING_SECONDS) else "deleted"
        started = kept.get("started_at", 0.0)
        return "pending" if interface and time.time() - started < cloud.seconds(STARTING_SECONDS) else "available"

    def put(endpoint: Any, state: str) -> None:
        vars(endpoint)["removed_at" if state == "deleted" else "started_at"] = time.time()

    return property(get, put)


def _filter(plain: Callable[..., Any], names: Mapping[str, str]) -> Callable[..., Any]:
    def value(endpoint: Any, filter_name: str, method_name: str | None = None) -> Any:
        return (
            getattr(endpoint, names[filter_name]) if filter_name in names else plain(endpoint, filter_name, method_name)
        )

    return value


def _living(backend: Any) -> list[Any]:
    return [each for each in backend.vpc_end_points.values() if each.state not in ("deleting", "deleted")]


def _create(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_vpc_endpoint(
        backend: Any, vpc_id: str, service_name: str, endpoint_type: str | None, **more: Any
    ) -> Any:
        endpoint_type = endpoint_type or "Gateway"
        others = [each for each in _living(backend) if each.vpc_id == vpc_id and each.service_name == service_name]
        if endpoint_type.lower() == "interface":
            _one_subnet_a_zone(backend, more.get("subnet_ids") or [])
            if more.get("private_dns_enabled"):
                _one_private_name(others, vpc_id)
        else:
            taken = {table for each in others for table in each.route_table_ids}
            for table in more.get("route_table_ids") or []:
                if table in taken:
                    message = (
                        f"route table {table} already has a route with destination-prefix-list-id of {service_name}"
                    )
                    raise EC2ClientError("RouteAlreadyExists", message)
            more["private_dns_enabled"] = False
        return plain(backend, vpc_id=vpc_id, service_name=service_name, endpoint_type=endpoint_type, **more)

    return create_vpc_endpoint


def _one_private_name(others: Iterable[Any], vpc_id: str) -> None:
    for each in others:
        if each.private_dns_enabled:
            message = (
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{each.service_name} in the VPC {vpc_id}"
            )
            raise EC2ClientError("InvalidParameter", message)


def _one_subnet_a_zone(backend: Any, subnets: Iterable[str]) -> None:
    zones = [backend.get_subnet(subnet).availability_zone for subnet in subnets]
    if len(set(zones)) < len(zones):
        raise EC2ClientError("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone")


def _modify(plain: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def modify_vpc_endpoint(response: Any) -> Any:
        backend = response.ec2_backend
        endpoint = backend.describe_vpc_endpoints([response._get_param("VpcEndpointId")])[0]
        before = set(endpoint.route_table_ids)
        wanted = response._get_bool_param("PrivateDnsEnabled", None)
        if wanted and not endpoint.private_dns_enabled:
            same = [each for each in _living(backend) if each.service_name == endpoint.service_name]
            _one_private_name([each for each in same if each.vpc_id == endpoint.vpc_id], endpoint.vpc_id)
        kept = [each for each in endpoint.subnet_ids or [] if each not in response._get_param("RemoveSubnetIds", [])]
        _one_subnet_a_zone(backend, {*kept, *response._get_param("AddSubnetIds", [])})
        answer = plain(response)
        if wanted is not None:
            endpoint.private_dns_enabled = wanted
        _lead(backend, endpoint, before, set(endpoint.route_table_ids))
        return answer

    return modify_vpc_endpoint


def _lead(backend: Any, endpoint: Any, before: set[str], after: set[str]) -> None:
    """Give the route tables of a gateway endpoint its route, and take it from those that are no longer."""
    target = endpoint.destination_prefix_list_id
    if not target:
        return
    for table in sorted(after - before):
        backend.create_route(table, None, gateway_id=endpoint.id, destination_prefix_list_id=target)
    for table in sorted(before - after):
        backend.delete_route(table, target)


def _deliver(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_flow_logs(backend: Any, *given: Any, **named: Any) -> Any:
        made, unsuccessful = plain(backend, *given, **named)
        for flow in made:
            if flow.log_destination_type != "cloud-watch-logs":
                continue
            if flow.log_destination and not flow.log_group_name:
                # moto looks for the group by its name only; the ARN is arn:aws:logs:<region>:<account>:log-group:<name>
                flow.log_group_name = flow.log_destination.split(":")[6]
                if flow.log_group_name in logs_backends[backend.account_id][backend.region_name].groups:
                    flow.deliver_logs_status, flow.deliver_logs_error_message = "SUCCESS", None
            if not _may(backend.account_id, flow.deliver_logs_permission_arn):
                flow.deliver_logs_status, flow.deliver_logs_error_message = "FAILED", "Access error"
        return made, unsuccessful

    return create_flow_logs


def _may(account: str, role_arn: str) -> bool:
    """Whether there is such a role and the service that delivers flow logs may take it on."""
    roles = [role for role in list(iam_backends[account]["aws"].roles.values()) if role.arn == role_arn]
    if not roles:
        return False
    document = roles[0].assume_role_policy_document
    statements = (json.loads(document) if isinstance(document, str) else document).get("Statement", [])
    trusted = [each.get("Principal", {}).get("Service", []) for each in statements if each.get("Effect") == "Allow"]
    return any(DELIVERER in ([each] if isinstance(each, str) else each) for each in trusted)
