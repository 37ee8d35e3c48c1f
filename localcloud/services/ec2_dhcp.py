"""EC2: every region has a set of DHCP options, every new VPC has that one, and a set outlives the VPCs that have it.

https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html#ArchitectureDiagram
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateDhcpOptions.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteDhcpOptions.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend

from localcloud.cloud import Cloud

_DEFAULT = "localcloud_default_dhcp_options"


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    backend: Any = EC2Backend
    backend.create_vpc = _create(backend.create_vpc)
    backend.delete_vpc = _delete_vpc(backend.delete_vpc)
    backend.associate_dhcp_options = _associate
    backend.disassociate_dhcp_options = _disassociate
    backend.delete_dhcp_options_set = _delete(backend.delete_dhcp_options_set)


def default_options(backend: Any) -> Any:
    """The region's own set, made when it is first asked for."""
    kept = vars(backend)
    found = backend.dhcp_options_sets.get(kept.get(_DEFAULT))
    if found is None:
        region = backend.region_name
        domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
        found = backend.create_dhcp_options(domain_name_servers=["AmazonProvidedDNS"], domain_name=[domain])
        kept[_DEFAULT] = found.id
    return found


def _create(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_vpc(backend: Any, *arguments: Any, **named: Any) -> Any:
        made = plain(backend, *arguments, **named)
        made.dhcp_options = default_options(backend)
        return made

    return create_vpc


def _delete_vpc(plain: Callable[..., Any]) -> Callable[..., Any]:
    """moto deletes a VPC's set with it, although others may have it too."""

    def delete_vpc(backend: Any, vpc_id: str) -> Any:
        vpc = backend.vpcs.get(vpc_id)
        had = vpc.dhcp_options if vpc is not None else None
        if vpc is not None:
            vpc.dhcp_options = None
        try:
            return plain(backend, vpc_id)
        finally:
            if vpc_id in backend.vpcs:
                vpc.dhcp_options = had

    return delete_vpc


def _associate(backend: Any, dhcp_options: Any, vpc: Any) -> None:
    """The set is not told which VPC has it, as moto does: it may be that of several."""
    vpc.dhcp_options = dhcp_options


def _disassociate(backend: Any, vpc: Any) -> None:
    vpc.dhcp_options = None


def _delete(plain: Callable[..., None]) -> Callable[..., None]:
    def delete_dhcp_options_set(backend: Any, options_id: str | None) -> None:
        if any(vpc.dhcp_options is not None and vpc.dhcp_options.id == options_id for vpc in backend.vpcs.values()):
            raise DependencyViolationError(f"The dhcpOptions '{options_id}' has dependencies and cannot be deleted.")
        plain(backend, options_id)

    return delete_dhcp_options_set
