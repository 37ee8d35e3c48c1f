"""EC2: a NAT gateway that is gone has let go of its address and its interface, and one that cannot be made leaves nothing.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html ("disassociates its Elastic IP address")
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (Resource.AlreadyAssociated, NatGatewayNotFound)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import EC2ClientError, ResourceAlreadyAssociatedError
from moto.ec2.models import EC2Backend, ec2_backends

from localcloud.cloud import Cloud
from localcloud.services.ec2 import STOPPING_SECONDS


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    backend: Any = EC2Backend
    backend.create_nat_gateway = _create(backend.create_nat_gateway)
    backend.delete_nat_gateway = _delete(cloud, backend.delete_nat_gateway)
    cloud.on_restored.append(lambda: _let_go_of_all(cloud))


def _create(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_nat_gateway(backend: Any, subnet_id: str, allocation_id: str | None = None, **rest: Any) -> Any:
        backend.get_subnet(subnet_id)
        if rest.get("connectivity_type") == "private":
            if allocation_id:
                raise EC2ClientError("InvalidParameter", "AllocationId cannot be used with a private NAT gateway.")
        elif not allocation_id:
            raise EC2ClientError("MissingParameter", "The request must contain the parameter AllocationId")
        else:
            address = backend.address_by_allocation([allocation_id])[0]
            if address.association_id:
                raise ResourceAlreadyAssociatedError(allocation_id)
        return plain(backend, subnet_id=subnet_id, allocation_id=allocation_id, **rest)

    return create_nat_gateway


def _delete(cloud: Cloud, plain: Callable[..., Any]) -> Callable[..., Any]:
    def delete_nat_gateway(backend: Any, nat_gateway_id: str) -> Any:
        gateway = backend.nat_gateways.get(nat_gateway_id)
        if gateway is None:
            raise EC2ClientError("NatGatewayNotFound", f"NAT gateway {nat_gateway_id} was not found")
        if gateway.state in {"deleting", "deleted"}:  # it is seen for about an hour, and deleting it again does nothing
            return gateway
        deleted = plain(backend, nat_gateway_id)

        def gone() -> None:
            with cloud.lock:
                let_go(backend, gateway)
                cloud.touched("ec2")

        cloud.later(STOPPING_SECONDS, gone, f"ec2 {nat_gateway_id} let go of its address")
        return deleted

    return delete_nat_gateway


def let_go(backend: Any, gateway: Any) -> None:
    """Free the address and remove the interface of a gateway."""
    for held in gateway.address_set:
        address = next((one for one in backend.addresses if one.allocation_id == held.get("allocationId")), None)
        if address is not None and address.eni is gateway._eni:
            backend.disassociate_address(association_id=address.association_id)
    backend.enis.pop(gateway._eni.id, None)


def _let_go_of_all(cloud: Cloud) -> None:
    """After a restart: the gateways whose deletion was under way when the cloud stopped."""
    with cloud.lock:
        for regions in list(ec2_backends.values()):
            for backend in list(dict.values(regions)):
                for gateway in backend.nat_gateways.values():
                    if gateway.state in {"deleting", "deleted"}:
                        let_go(backend, gateway)
