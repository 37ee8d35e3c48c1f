"""EC2: what is in use cannot be deleted; resource types are named as AWS names them.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (DependencyViolation, InvalidIPAddress.InUse)
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html (resource type natgateway)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.ec2 import utils
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend

from localcloud.cloud import Cloud
from localcloud.persistence import backends_in_use

_ENDED = {"terminated", "deleted", "deleting", "shutting-down"}


class AddressInUseError(EC2ClientError):
    """An elastic IP that a NAT gateway holds."""

    def __init__(self, address: str, holder: str) -> None:
        super().__init__("InvalidIPAddress.InUse", f"The address '{address}' is in use by {holder}.")


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    utils.EC2_RESOURCE_TO_PREFIX["natgateway"] = utils.EC2_RESOURCE_TO_PREFIX["nat-gateway"]
    utils.EC2_PREFIX_TO_RESOURCE[utils.EC2_RESOURCE_TO_PREFIX["nat-gateway"]] = "natgateway"
    EC2Backend.delete_subnet = _subnet(EC2Backend.delete_subnet)  # type: ignore[method-assign]
    EC2Backend.delete_security_group = _security_group(EC2Backend.delete_security_group)  # type: ignore[method-assign]
    EC2Backend.delete_vpc = _vpc(EC2Backend.delete_vpc)  # type: ignore[method-assign]
    EC2Backend.release_address = _address(EC2Backend.release_address)  # type: ignore[method-assign]


def _subnet(plain: Callable[..., Any]) -> Callable[..., Any]:
    def delete_subnet(backend: Any, subnet_id: str) -> Any:
        for holder, subnets, _ in _holders(backend):
            if subnet_id in subnets:
                raise DependencyViolationError(
                    f"The subnet '{subnet_id}' has dependencies and cannot be deleted: {holder} is in it."
                )
        return plain(backend, subnet_id)

    return delete_subnet


def _security_group(plain: Callable[..., Any]) -> Callable[..., Any]:
    def delete_security_group(backend: Any, name: str | None = None, group_id: str | None = None) -> Any:
        group = (
            backend.get_security_group_from_id(group_id) if group_id else backend.get_security_group_by_name_or_id(name)
        )
        if group is not None:
            for holder, _, groups in _holders(backend):
                if group.id in groups:
                    raise DependencyViolationError(f"resource {group.id} has a dependent object: {holder} uses it.")
            for other in _groups(backend):
                if other.id != group.id and group.id in _referred(other):
                    raise DependencyViolationError(
                        f"resource {group.id} has a dependent object: a rule of security group {other.id} refers to it."
                    )
        return plain(backend, name, group_id)

    return delete_security_group


def _vpc(plain: Callable[..., Any]) -> Callable[..., Any]:
    def delete_vpc(backend: Any, vpc_id: str) -> Any:
        held = [
            gateway.id for gateway in backend.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id
        ]
        held += [group.id for group in _groups(backend) if group.vpc_id == vpc_id and group.name != "default"]
        if held:
            raise DependencyViolationError(
                f"The vpc '{vpc_id}' has dependencies and cannot be deleted: {held[0]} is in it."
            )
        return plain(backend, vpc_id)

    return delete_vpc


def _address(plain: Callable[..., Any]) -> Callable[..., Any]:
    def release_address(backend: Any, address: str | None = None, allocation_id: str | None = None) -> Any:
        for gateway in backend.nat_gateways.values():
            if gateway.state in _ENDED - {"deleting"}:
                continue
            for held in gateway.address_set:
                if allocation_id is not None and held.get("allocationId") == allocation_id:
                    raise AddressInUseError(allocation_id, gateway.id)
        return plain(backend, address, allocation_id)

    return release_address


def _groups(backend: Any) -> list[Any]:
    return [group for groups in backend.groups.values() for group in groups.values()]


def _referred(group: Any) -> set[str]:
    rules = [*group.ingress_rules, *group.egress_rules]
    return {str(rule.source_group["GroupId"]) for rule in rules if rule.source_group.get("GroupId")}


def _holders(backend: Any) -> Iterator[tuple[str, set[str], set[str]]]:
    """Who holds which subnets and security groups of this region: name, subnet ids, group ids."""
    owned: set[str] = set()
    for gateway in backend.nat_gateways.values():
        owned.add(gateway._eni.id)
        if gateway.state != "deleted":
            yield gateway.id, {gateway.subnet_id}, set()
    for reservation in backend.reservations.values():
        for instance in reservation.instances:
            owned |= {nic.id for nic in instance.nics.values()}
            if instance.state not in _ENDED:
                yield instance.id, {instance.subnet_id}, {group.id for group in instance.security_groups}
    for endpoint in backend.vpc_end_points.values():
        if endpoint.state != "deleted":
            yield endpoint.id, set(endpoint.subnet_ids or []), set(endpoint.security_group_ids or [])
    for interface in backend.enis.values():
        if interface.id not in owned:
            yield interface.id, {interface.subnet.id}, {group.id for group in interface.group_set}
    yield from _other_services(backend)


def _other_services(backend: Any) -> Iterator[tuple[str, set[str], set[str]]]:
    for database in _items(backend, "rds", "databases"):
        group = getattr(database, "db_subnet_group", None)
        subnets = {subnet.id for subnet in group._subnets} if group is not None else set()
        yield f"RDS instance {database.db_instance_identifier}", subnets, set(database.vpc_security_group_ids)
    for cluster in _items(backend, "eks", "clusters"):
        config = cluster.record["resourcesVpcConfig"]
        yield (
            f"EKS cluster {cluster.name}",
            set(config.get("subnetIds") or []),
            set(config.get("securityGroupIds") or []),
        )
        for group in cluster.nodegroups.values():
            yield f"EKS node group {cluster.name}/{group['nodegroupName']}", set(group["subnets"]), set()
    for balancer in _items(backend, "elbv2", "load_balancers"):
        yield (
            f"load balancer {balancer.name}",
            {subnet.id for subnet in balancer.subnets},
            set(balancer.security_groups),
        )


def _items(backend: Any, service: str, attribute: str) -> list[Any]:
    backends = backends_in_use(service)
    if backends is None or backend.account_id not in backends:
        return []
    regions = backends[backend.account_id]
    return (
        list(getattr(regions[backend.region_name], attribute).values())
        if backend.region_name in list(regions.keys())
        else []
    )
