# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network as resources: what the role's variables ask for, in the vocabulary of the plan. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

TIERS = ("public", "private", "data")
ANYWHERE = "0.0.0.0/0"
GROUP = "group:"
#: The EKS load balancer controller finds its subnets by these.
#: https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
ROLE_TAGS = {"public": {"kubernetes.io/role/elb": "1"}, "private": {"kubernetes.io/role/internal-elb": "1"}, "data": {}}


def subnet_cidrs(settings: Mapping[str, Any]) -> dict[str, str]:
    """CIDR by subnet, <tier>-<zone>, of the lists `<tier>_cidrs`. Raises ValueError when a list is not as long as the zones."""
    zones = settings["zones"]
    found = {}
    for tier in TIERS:
        cidrs = settings[f"{tier}_cidrs"]
        if len(cidrs) != len(zones):
            raise ValueError(
                f"network_{tier}_cidrs has {len(cidrs)} entries for {len(zones)} zones ({', '.join(zones)}): give one for each"
            )
        found.update({f"{tier}-{zone}": cidr for zone, cidr in zip(zones, cidrs, strict=True)})
    return found


#: EKS gives pods the addresses of their node's subnet, and wants spare ones for its own upgrades.
#: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
#: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
SMALLEST_PRIVATE, SMALLEST, LARGEST = 24, 28, 16


def size_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the number of zones, and with the sizes of networks whose CIDRs are sound."""
    zones = settings["zones"]
    found = []
    if len(zones) < 2 or len(set(zones)) < len(zones):
        found.append(f"network_zones is {', '.join(zones)}: give two or more, each once; EKS and RDS need two")
    for name, cidr in {"network_cidr": settings["cidr"], **subnet_cidrs(settings)}.items():
        length = ip_network(cidr).prefixlen
        smallest = SMALLEST_PRIVATE if name.startswith("private-") else SMALLEST
        if not LARGEST <= length <= smallest:
            why = ": nodes and pods need room" if name.startswith("private-") else ""
            found.append(f"{name} ({cidr}) must be from /{LARGEST} to /{smallest}{why}")
    return found


def resources(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every resource of the network: {kind, name, properties}.

    `settings`: prefix, region, account, cidr, zones, <tier>_cidrs, nat_per_zone, security_groups, acls, gateway_endpoints,
    interface_endpoints, flow_logs ({} for none), tags. Raises ValueError for a list of CIDRs that does not fit the zones and for
    a rule that names no group.
    """
    return [
        *_foundation(settings),
        *_subnets(settings),
        *_route_tables(settings),
        *_security_groups(settings),
        *_acls(settings),
        *_endpoints(settings),
        *_flow_logs(settings),
    ]


def _resource(settings: Mapping[str, Any], kind: str, name: str, **properties: Any) -> dict[str, Any]:
    full = f"{settings['prefix']}-{name}" if name else settings["prefix"]
    tags = {**settings["tags"], **properties.pop("tags", {})}
    return {"kind": kind, "name": full, "properties": {**properties, "tags": tags}}


def _foundation(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    prefix = settings["prefix"]
    yield _resource(settings, "ec2_vpc", "", cidr=settings["cidr"], dns_support=True, dns_hostnames=True)
    yield _resource(settings, "ec2_internet_gateway", "internet", vpc=prefix)
    for zone in _nat_zones(settings):
        address = f"{prefix}-nat-{zone}"
        yield _resource(settings, "ec2_elastic_ip", f"nat-{zone}")
        yield _resource(settings, "ec2_nat_gateway", f"nat-{zone}", subnet=f"{prefix}-public-{zone}", address=address)
    # Nothing shall be in it; what is there by mistake reaches nothing and is reached by nothing.
    yield _resource(settings, "ec2_default_security_group", "default", vpc=prefix, ingress=[], egress=[])


def _nat_zones(settings: Mapping[str, Any]) -> Sequence[str]:
    zones: Sequence[str] = settings["zones"]
    return zones if settings["nat_per_zone"] else zones[:1]


def _subnets(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, cidr in subnet_cidrs(settings).items():
        tier, zone = name.split("-", 1)
        yield _resource(
            settings,
            "ec2_subnet",
            name,
            vpc=settings["prefix"],
            cidr=cidr,
            zone=settings["region"] + zone,
            public_ip_on_launch=False,
            tags={"tier": tier, **ROLE_TAGS[tier]},
        )


def _route_tables(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    prefix, zones = settings["prefix"], settings["zones"]

    def table(name: str, subnets: list[str], target: str) -> dict[str, Any]:
        routes = [{"destination": ANYWHERE, "target": f"{prefix}-{target}"}] if target else []
        return _resource(
            settings,
            "ec2_route_table",
            name,
            vpc=prefix,
            subnets=[f"{prefix}-{subnet}" for subnet in subnets],
            routes=routes,
        )

    yield table("public", [f"public-{zone}" for zone in zones], "internet")
    for zone in zones:
        # One table a zone even with a single gateway, so that a second gateway changes a route and nothing else.
        gateway = zone if zone in _nat_zones(settings) else zones[0]
        yield table(f"private-{zone}", [f"private-{zone}"], f"nat-{gateway}")
    yield table("data", [f"data-{zone}" for zone in zones], "")


def _security_groups(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    groups = settings["security_groups"]
    for name, group in groups.items():
        yield _resource(
            settings,
            "ec2_security_group",
            name,
            vpc=settings["prefix"],
            description=group["description"],
            ingress=[_rule(settings, name, rule) for rule in group.get("ingress", [])],
            egress=[_rule(settings, name, rule) for rule in group.get("egress", [])],
        )


def _endpoints(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    prefix, zones = settings["prefix"], settings["zones"]

    def endpoint(service: str, kind: str, **properties: Any) -> dict[str, Any]:
        return _resource(
            settings,
            "ec2_vpc_endpoint",
            f"endpoint-{service.replace('.', '-')}",
            vpc=prefix,
            service=f"com.amazonaws.{settings['region']}.{service}",
            type=kind,
            policy=_endpoint_policy(settings, service),
            **properties,
        )

    tables = [f"{prefix}-{name}" for name in ("public", *(f"private-{zone}" for zone in zones))]
    for service in settings["gateway_endpoints"]:
        yield endpoint(service, "Gateway", route_tables=tables)
    subnets = [f"{prefix}-private-{zone}" for zone in zones]
    for service in settings["interface_endpoints"]:
        yield endpoint(service, "Interface", subnets=subnets, security_groups=[f"{prefix}-endpoints"], private_dns=True)


def _endpoint_policy(settings: Mapping[str, Any], service: str) -> dict[str, Any]:
    """Only principals of this account pass, so that nobody carries data out with credentials of another.

    ECR hands out its layers, and Amazon Linux its packages, by buckets of AWS that are read without the account's name.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    https://docs.aws.amazon.com/linux/al2023/ug/ec2-networking.html
    """
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Resource": "*"}
    ours = {"StringEquals": {"aws:PrincipalAccount": settings["account"]}}
    statements = [{**statement, "Sid": "PrincipalsOfThisAccount", "Action": "*", "Condition": ours}]
    if service == "s3":
        region = settings["region"]
        buckets = [f"prod-{region}-starport-layer-bucket", f"al2023-repos-{region}-de612dc2"]
        resources = [f"arn:aws:s3:::{bucket}/*" for bucket in buckets]
        statements.append({**statement, "Sid": "LayersAndPackages", "Action": "s3:GetObject", "Resource": resources})
    return {"Version": "2012-10-17", "Statement": statements}


def _flow_logs(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    flow = settings["flow_logs"]
    if flow:
        yield _resource(
            settings,
            "ec2_flow_log",
            "flows",
            vpc=settings["prefix"],
            traffic=flow["traffic"],
            log_group=flow["log_group"],
            role_arn=flow["role_arn"],
            aggregation_seconds=flow["aggregation_seconds"],
        )


RULE_KEYS = frozenset({"protocol", "from_port", "to_port", "peer", "description"})
ENTRY_KEYS = frozenset({"number", "protocol", "action", "cidr", "from_port", "to_port"})


def _known(where: str, row: Mapping[str, Any], keys: frozenset[str], required: frozenset[str]) -> None:
    """A comma in an unquoted YAML text makes keys of its own: refused here, AWS would not miss the words."""
    for key in sorted(row.keys() - keys):
        raise ValueError(
            f"{where} has the unknown key {key!r}: known are {', '.join(sorted(keys))}; quote a text with a comma"
        )
    for key in sorted(required - row.keys()):
        raise ValueError(f"{where} has no {key}: {dict(row)}")


def _rule(settings: Mapping[str, Any], group: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    _known(f"a rule of network_security_groups.{group}", rule, RULE_KEYS, frozenset({"protocol", "peer"}))
    peer = rule["peer"]
    if not peer.startswith(GROUP):
        return dict(rule)
    name = peer.removeprefix(GROUP)
    if name not in settings["security_groups"]:
        known = ", ".join(settings["security_groups"])
        raise ValueError(f"network_security_groups.{group} names the group {name!r}, which is none of: {known}")
    return {**rule, "peer": f"{GROUP}{settings['prefix']}-{name}"}


def _acls(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    prefix = settings["prefix"]
    for tier in TIERS:
        rules = settings["acls"][tier]
        yield _resource(
            settings,
            "ec2_network_acl",
            tier,
            vpc=prefix,
            subnets=[f"{prefix}-{tier}-{zone}" for zone in settings["zones"]],
            ingress=[_entry(settings, tier, entry) for entry in rules["ingress"]],
            egress=[_entry(settings, tier, entry) for entry in rules["egress"]],
        )


def _entry(settings: Mapping[str, Any], tier: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    _known(f"an entry of network_acls.{tier}", entry, ENTRY_KEYS, frozenset({"number", "protocol", "action", "cidr"}))
    cidr = {"anywhere": ANYWHERE, "vpc": settings["cidr"]}.get(entry["cidr"], entry["cidr"])
    return {**entry, "cidr": cidr}


def module_entries(entries: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Entries of a network ACL as amazon.aws.ec2_vpc_nacl takes them: the two ICMP places empty, ports last."""
    return [
        [
            row["number"],
            row["protocol"],
            row["action"],
            row["cidr"],
            None,
            None,
            row.get("from_port"),
            row.get("to_port"),
        ]
        for row in entries
    ]
