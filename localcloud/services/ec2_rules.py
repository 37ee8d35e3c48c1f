"""EC2: rules of security groups for any protocol, and network ACLs that are not there.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html (which protocols go with ports, types and codes)
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html (which protocols go with ports)
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (InvalidNetworkAclID.NotFound)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import EC2ClientError, InvalidSecurityGroupNotFoundError
from moto.ec2.models import EC2Backend
from moto.ec2.models.network_acls import NetworkAclEntry
from moto.ec2.models.security_groups import SecurityGroupRule

from localcloud.cloud import Cloud

#: Protocols whose rules must have ports, or a type and a code: by name and number, and how AWS names them in its refusal.
_WITH_PORTS = {"tcp": "TCP/UDP", "6": "TCP/UDP", "udp": "TCP/UDP", "17": "TCP/UDP", "icmp": "ICMP", "1": "ICMP"}
#: Protocols of network ACLs, by number, whose entries have ports.
_ACL_PORTS = frozenset({"6", "17"})
#: Without a type and a code, a rule is for all.
_WITH_TYPES = frozenset({"icmpv6", "58"})


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    rule: Any = SecurityGroupRule
    rule.__init__ = _init(rule.__init__)
    rule.description = property(lambda self: self.ip_range.get("Description") or self.source_group.get("Description"))
    backend: Any = EC2Backend
    backend.update_security_group_rule_descriptions_ingress = _describing("ingress_rules")
    backend.update_security_group_rule_descriptions_egress = _describing("egress_rules")
    backend.modify_security_group_rules = _modify(backend.modify_security_group_rules)
    backend.describe_network_acls = _describe(backend.describe_network_acls)
    entry: Any = NetworkAclEntry
    entry.port_range = property(_ports(entry.port_range.fget))


def _portless(protocol: Any) -> bool:
    name = str(protocol).lower()
    return name not in _WITH_PORTS and name not in _WITH_TYPES


def _init(plain: Callable[..., None]) -> Callable[..., None]:
    def init(  # noqa: PLR0917 - moto's own signature
        rule: Any, backend: Any, protocol: Any, group: str, from_port: Any, to_port: Any, *rest: Any, **named: Any
    ) -> None:
        name = str(protocol).lower()
        if name in _WITH_PORTS and (from_port is None or to_port is None):
            raise EC2ClientError(
                "InvalidParameterValue",
                f"Invalid value 'Must specify both from and to ports with {_WITH_PORTS[name]}.' for portRange.",
            )
        if name in _WITH_TYPES:
            from_port, to_port = (-1 if port is None else port for port in (from_port, to_port))
        portless = _portless(name)
        plain(rule, backend, protocol, group, *((-1, -1) if portless else (from_port, to_port)), *rest, **named)
        if portless:
            rule.from_port = rule.to_port = None

    return init


def _describing(kept: str) -> Callable[..., Any]:
    """Moto finds no rule whose peer is a group by it, takes no description away, and passes over rules that are not there."""

    def update(  # noqa: PLR0917 - moto's own signature
        backend: Any,
        group_name_or_id: str,
        ip_protocol: str,
        from_port: Any,
        to_port: Any,
        ip_ranges: list[Any],
        source_groups: Any = None,
        prefix_list_ids: Any = None,
        security_rule_ids: Any = None,
        vpc_id: Any = None,
    ) -> Any:
        del security_rule_ids
        group = backend.get_security_group_by_name_or_id(group_name_or_id, vpc_id)
        if group is None:
            raise InvalidSecurityGroupNotFoundError(group_name_or_id)
        groups = backend._add_source_group(source_groups, vpc_id)
        place = (ip_protocol, group.group_id, from_port, to_port, ip_ranges, groups, prefix_list_ids or [])
        for wanted in backend._iterate_security_rules(*place):
            same = [rule for rule in getattr(group, kept) if _identity(rule) == _identity(wanted)]
            if not same:
                raise EC2ClientError(
                    "InvalidPermission.NotFound", "The specified rule does not exist in this security group."
                )
            for peer, given in ((same[0].ip_range, wanted.ip_range), (same[0].source_group, wanted.source_group)):
                peer.pop("Description", None)
                if given.get("Description"):
                    peer["Description"] = given["Description"]
        return group

    return update


def _modify(plain: Callable[..., None]) -> Callable[..., None]:
    """Moto asks for ports of every protocol, and keeps the description of a rule whose peer is a group where none is read."""

    def modify(backend: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
        portless = {identifier for identifier, new in rules.items() if _portless(new.get("IpProtocol"))}
        no_ports = {"FromPort": -1, "ToPort": -1}
        plain(backend, group_id, {key: {**new, **(no_ports if key in portless else {})} for key, new in rules.items()})
        group = backend.get_security_group_by_name_or_id(group_id)
        for identifier, new in rules.items():
            rule = group.get_rule(identifier)
            if identifier in portless:
                rule.from_port = rule.to_port = None
            if rule.source_group:
                rule.ip_range.pop("Description", None)
                rule.source_group.pop("Description", None)
                rule.source_group |= {"Description": new["Description"]} if new.get("Description") else {}

    return modify


def _identity(rule: Any) -> tuple[Any, ...]:
    """What makes a rule the same rule: all but its description."""
    peer = rule.ip_range.get("CidrIp"), rule.ip_range.get("CidrIpv6"), rule.source_group.get("GroupId")
    return rule.ip_protocol, rule.from_port, rule.to_port, *peer, rule.prefix_list_id


def _ports(plain: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Of an entry for a protocol without ports EC2 keeps none, whatever was given."""

    def port_range(entry: Any) -> Any:
        return plain(entry) if str(entry.protocol) in _ACL_PORTS else None

    return port_range


def _describe(plain: Callable[..., Any]) -> Callable[..., Any]:
    def describe_network_acls(backend: Any, network_acl_ids: list[str] | None = None, filters: Any = None) -> Any:
        for identifier in network_acl_ids or []:
            if identifier not in backend.network_acls:
                raise EC2ClientError("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{identifier}' does not exist")
        return plain(backend, network_acl_ids, filters)

    return describe_network_acls
