"""EC2: network interfaces: an address is one interface's, what is attached stays, and what ends with its instance.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkInterface.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterfaceSpecification.html (DeleteOnTermination)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces

from localcloud.cloud import Cloud


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    backend: Any = EC2Backend
    backend.create_network_interface = _create(backend.create_network_interface)
    response: Any = ElasticNetworkInterfaces
    response.assign_private_ip_addresses = _assign(response.assign_private_ip_addresses)
    response.delete_network_interface = _delete(response.delete_network_interface)
    response.modify_network_interface_attribute = _modify(response.modify_network_interface_attribute)
    interface: Any = NetworkInterface
    interface.get_filter_value = _filter_value(interface.get_filter_value)
    subnet: Any = Subnet
    subnet.get_available_subnet_ip = _available
    instance: Any = Instance
    instance.terminate = _terminate(instance.terminate)
    instance.prep_nics = _prepare(instance.prep_nics)


def _addresses(interface: Any) -> list[str]:
    return [held["PrivateIpAddress"] for held in interface.private_ip_addresses]


def _holders(backend: Any, subnet_id: str, addresses: list[str]) -> Iterator[tuple[Any, str]]:
    """Interfaces of the subnet that have one of the addresses, and which."""
    for interface in backend.enis.values():
        if interface.subnet.id == subnet_id:
            for address in _addresses(interface):
                if address in addresses:
                    yield interface, address


def _create(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_network_interface(
        backend: Any, subnet: Any, private_ip_address: Any, private_ip_addresses: Any = None, *rest: Any, **named: Any
    ) -> Any:
        wanted = [private_ip_address] if isinstance(private_ip_address, str) else list(private_ip_address or [])
        for item in private_ip_addresses or []:
            wanted.append(item["PrivateIpAddress"] if isinstance(item, dict) else item)
        subnet_id = subnet if isinstance(subnet, str) else getattr(subnet, "id", "")
        for _, address in _holders(backend, subnet_id, [one for one in wanted if one]):
            raise EC2ClientError("InvalidIPAddress.InUse", f"Address {address} is in use.")
        if not any(wanted) and subnet_id:
            private_ip_address = _free(backend, backend.get_subnet(subnet_id))
        count = int(named.pop("secondary_ips_count", None) or 0)
        made = plain(backend, subnet, private_ip_address, private_ip_addresses, *rest, **named)
        _add(backend, made, count)
        return made

    return create_network_interface


def _add(backend: Any, interface: Any, count: int) -> None:
    """Give the interface that many secondary addresses, whichever are free."""
    for _ in range(count):
        interface.private_ip_addresses.append({"Primary": False, "PrivateIpAddress": _free(backend, interface.subnet)})


def _free(backend: Any, subnet: Any) -> str:
    """The last address that nobody in the subnet has; EC2 keeps the first four and the very last one.

    Which one EC2 takes is not said anywhere. People who choose addresses begin at the low end: these stay out of their way.
    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    used = {address for one in backend.enis.values() if one.subnet.id == subnet.id for address in _addresses(one)}
    used |= set(subnet._subnet_ips)
    for number in range(subnet.cidr.num_addresses - 2, 3, -1):
        address = str(subnet.cidr[number])
        if address not in used:
            return address
    raise EC2ClientError(
        "InsufficientFreeAddressesInSubnet",
        f"The specified subnet does not have enough free addresses to satisfy the request: {subnet.id}",
    )


def _available(subnet: Any, instance: Any) -> str:
    """An address for an instance."""
    found = _free(subnet.ec2_backend, subnet)
    subnet._subnet_ips[found] = instance
    return found


def _assign(plain: Callable[..., Any]) -> Callable[..., Any]:
    def assign_private_ip_addresses(response: Any) -> ActionResult:
        backend = response.ec2_backend
        own = backend.get_network_interface(response._get_param("NetworkInterfaceId"))
        wanted = response._get_param("PrivateIpAddresses", [])
        others = [(other, address) for other, address in _holders(backend, own.subnet.id, wanted) if other is not own]
        if others and response._get_param("AllowReassignment") is not True:
            held = ", ".join(address for _, address in others)
            raise EC2ClientError(
                "InvalidParameterValue", f"[{held}] is already assigned to another interface and move is not allowed"
            )
        for other, address in others:
            if address == other.private_ip_address:
                raise EC2ClientError(
                    "InvalidParameterValue", f"[{address}] is the primary address of {other.id} and cannot be moved"
                )
        for other, address in others:
            backend.unassign_private_ip_addresses(other.id, [address])
        count = response._get_int_param("SecondaryPrivateIpAddressCount", 0)
        if count and not wanted:
            _add(backend, own, count)
            return ActionResult(
                {"NetworkInterfaceId": own.id, "AssignedPrivateIpAddresses": own.private_ip_addresses[-count:]}
            )
        result: ActionResult = plain(response)
        return result

    return assign_private_ip_addresses


def _delete(plain: Callable[..., Any]) -> Callable[..., Any]:
    def delete_network_interface(response: Any) -> Any:
        identifier = response._get_param("NetworkInterfaceId")
        if response.ec2_backend.get_network_interface(identifier).attachment_id:
            raise EC2ClientError("InvalidParameterValue", f"Network interface '{identifier}' is currently in use.")
        return plain(response)

    return delete_network_interface


def _modify(plain: Callable[..., Any]) -> Callable[..., Any]:
    def modify_network_interface_attribute(response: Any) -> Any:
        interface = response.ec2_backend.get_network_interface(response._get_param("NetworkInterfaceId"))
        attachment, asked = (
            response._get_param(f"Attachment.{name}") for name in ("AttachmentId", "DeleteOnTermination")
        )
        if attachment is not None and attachment != interface.attachment_id:
            raise EC2ClientError(
                "InvalidAttachmentID.NotFound", f"The interface attachment '{attachment}' does not exist."
            )
        result = plain(response)
        if attachment is not None and asked is not None:
            interface.delete_on_termination = asked
        return result

    return modify_network_interface_attribute


def _filter_value(plain: Callable[..., Any]) -> Callable[..., Any]:
    def get_filter_value(interface: Any, filter_name: str, method_name: str | None = None) -> Any:
        attachment = interface.attachment
        found: dict[str, Callable[[], Any]] = {
            "addresses.private-ip-address": lambda: _addresses(interface),
            "private-ip-address": lambda: _addresses(interface),
            "attachment.device-index": lambda: "" if attachment is None else str(attachment.device_index),
            "attachment.status": lambda: "detached" if attachment is None else attachment.status,
            "attachment.delete-on-termination": lambda: str(bool(interface.delete_on_termination)).lower(),
            "source-dest-check": lambda: str(bool(interface.source_dest_check)).lower(),
            "group-name": lambda: [group.name for group in interface.group_set],
        }
        return found[filter_name]() if filter_name in found else plain(interface, filter_name, method_name)

    return get_filter_value


def _prepare(plain: Callable[..., Any]) -> Callable[..., Any]:
    """What is made with an instance ends with it, unless the request says otherwise; what was there before does not."""

    def prep_nics(instance: Any, nic_spec: list[dict[str, Any]], *rest: Any, **named: Any) -> Any:
        asked = {int(given["DeviceIndex"]): given for given in nic_spec if given.get("DeviceIndex") is not None}
        before = set(instance.ec2_backend.enis)
        result = plain(instance, nic_spec, *rest, **named)
        for index, interface in instance.nics.items():
            if interface.id not in before:
                given = asked.get(index, {}).get("DeleteOnTermination")
                interface.delete_on_termination = given is None or str(given).lower() == "true"
        return result

    return prep_nics


def _terminate(plain: Callable[..., Any]) -> Callable[..., Any]:
    def terminate(instance: Any) -> Any:
        interfaces = list(instance.nics.values())
        result = plain(instance)
        for interface in interfaces:
            if interface.id in instance.ec2_backend.enis and interface.instance is instance:
                instance.detach_eni(interface)
        return result

    return terminate
