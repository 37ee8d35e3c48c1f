"""What is emulated, counted by kind, and which real processes stand behind it."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from localcloud.cloud import Cloud
from localcloud.persistence import Store, backends_in_use
from localcloud.places import StateFile
from localcloud.processes import descendants, resident_bytes

Counts = Callable[[Any], int]


def _size(attribute: str) -> Counts:
    return lambda backend: len(getattr(backend, attribute, ()))


def _inside(attribute: str, inner: Callable[[Any], Iterable[Any] | int]) -> Counts:
    def count(backend: Any) -> int:
        total = 0
        for item in list(getattr(backend, attribute, {}).values()):
            found = inner(item)
            total += found if isinstance(found, int) else len(list(found))
        return total

    return count


def _default_vpcs(backend: Any) -> set[str]:
    return {vpc.id for vpc in backend.vpcs.values() if vpc.is_default in (True, "true")}


def _own(attribute: str) -> Counts:
    """Those that are not in a default VPC, which every region has from the start."""

    def count(backend: Any) -> int:
        default = _default_vpcs(backend)
        return sum(
            1 for item in list(getattr(backend, attribute).values()) if getattr(item, "vpc_id", None) not in default
        )

    return count


def _subnets(backend: Any) -> int:
    default = _default_vpcs(backend)
    return sum(
        1 for zone in list(backend.subnets.values()) for subnet in list(zone.values()) if subnet.vpc_id not in default
    )


def _security_groups(backend: Any) -> int:
    default = _default_vpcs(backend)
    return sum(len(groups) for vpc, groups in list(backend.groups.items()) if vpc is not None and vpc not in default)


def _stocked(attribute: str, is_stock: Callable[[Any], bool]) -> Counts:
    return lambda backend: sum(1 for item in list(getattr(backend, attribute).values()) if not is_stock(item))


def _objects(bucket: Any) -> int:
    return len(bucket.keys)


#: Kind -> boto3 service and how it is counted in one of its backends. In the order of the table.
KINDS: dict[str, tuple[str, Counts]] = {
    "ec2 vpc": ("ec2", lambda backend: len(backend.vpcs) - len(_default_vpcs(backend))),
    "ec2 subnet": ("ec2", _subnets),
    "ec2 security group": ("ec2", _security_groups),
    "ec2 network acl": ("ec2", _own("network_acls")),
    "ec2 route table": ("ec2", _own("route_tables")),
    "ec2 internet gateway": ("ec2", _size("internet_gateways")),
    "ec2 nat gateway": ("ec2", _stocked("nat_gateways", lambda gateway: gateway.state == "deleted")),
    "ec2 elastic ip": ("ec2", _size("addresses")),
    "ec2 vpc endpoint": ("ec2", _size("vpc_end_points")),
    "ec2 flow log": ("ec2", _size("flow_logs")),
    "ec2 network interface": ("ec2", _size("enis")),
    "ec2 instance": ("ec2", _inside("reservations", lambda reservation: reservation.instances)),
    "ec2 volume": ("ec2", _size("volumes")),
    "ec2 snapshot": ("ec2", _stocked("snapshots", lambda snapshot: snapshot.owner_id == "amazon")),
    "ec2 launch template": ("ec2", _size("launch_templates")),
    "iam role": ("iam", _size("roles")),
    "iam policy": ("iam", lambda backend: len(backend.managed_policies) - len(backend.aws_managed_policies)),
    "iam instance profile": ("iam", _size("instance_profiles")),
    "iam user": ("iam", _size("users")),
    "iam identity provider": ("iam", _size("open_id_providers")),
    "kms key": ("kms", _size("keys")),
    "s3 bucket": ("s3", _size("buckets")),
    "s3 object": ("s3", _inside("buckets", _objects)),
    "rds instance": ("rds", _size("databases")),
    "rds snapshot": ("rds", _size("database_snapshots")),
    "rds parameter group": ("rds", _size("db_parameter_groups")),
    "rds subnet group": ("rds", _size("subnet_groups")),
    "eks cluster": ("eks", _size("clusters")),
    "eks node group": ("eks", _inside("clusters", lambda cluster: cluster.nodegroups)),
    "eks fargate profile": ("eks", _inside("clusters", lambda cluster: cluster.fargate_profiles)),
    "ecr repository": ("ecr", _size("repositories")),
    "ecr image": ("ecr", _inside("repositories", lambda repository: repository.images)),
    "ssm parameter": (
        "ssm",
        lambda backend: sum(1 for name in list(backend._parameters) if not name.startswith("/aws/")),
    ),
    "secret": ("secretsmanager", _size("secrets")),
    "sqs queue": ("sqs", _size("queues")),
    "sns topic": ("sns", _size("topics")),
    "events rule": ("events", _inside("event_buses", lambda bus: bus.rules)),
    "log group": ("logs", _size("groups")),
    "cloudwatch alarm": ("cloudwatch", _size("alarms")),
    "cloudwatch dashboard": ("cloudwatch", _size("dashboards")),
    "load balancer": ("elbv2", _size("load_balancers")),
    "target group": ("elbv2", _size("target_groups")),
    "auto scaling group": ("autoscaling", _size("autoscaling_groups")),
    "route 53 zone": ("route53", _size("zones")),
    "certificate": ("acm", _size("_certificates")),
    "cloudtrail trail": ("cloudtrail", _size("trails")),
    "backup vault": ("backup", _size("vaults")),
}


def resources(cloud: Cloud) -> list[dict[str, Any]]:
    """Kinds of which there is at least one: {"kind", "count", "regions": {region: count}, "states": {state: count}}.

    What a service lists itself (`cloud.resource_listers`) stands in place of the count of that kind here.
    """
    with cloud.lock:
        listed = [{**row, "kind": row["kind"].lower()} for lister in cloud.resource_listers for row in lister()]
        told = {row["kind"] for row in listed}
        regions: dict[str, Counter[str]] = {}
        for kind, (service, count) in KINDS.items():
            if kind not in told:
                regions[kind] = _by_region(service, count)
    states: dict[str, Counter[str]] = {}
    for row in listed:
        regions.setdefault(row["kind"], Counter())[row["region"]] += 1
        states.setdefault(row["kind"], Counter())[row["state"]] += 1
    return [
        {
            "kind": kind,
            "count": found.total(),
            "regions": dict(sorted(found.items())),
            "states": dict(states.get(kind, {})),
        }
        for kind, found in sorted(regions.items())
        if found.total()
    ]


def _by_region(service: str, count: Counts) -> Counter[str]:
    backends = backends_in_use(service)
    found: Counter[str] = Counter()
    for regions in list(backends.values()) if backends is not None else []:
        for region, backend in list(dict.items(regions)):
            number = count(backend)
            if number:
                found["global" if region == "aws" else region] += number
    return found


def processes(cloud: Cloud) -> list[dict[str, Any]]:
    """The daemon and each recorded process, with its children: {"name", "pid", "alive", "resident_bytes", "processes"}."""
    rows = [_process("daemon", os.getpid(), True, with_children=False)]
    for name in cloud.processes.names():
        record = cloud.processes.record(name)
        if record is not None:
            rows.append(_process(name, record.pid, cloud.processes.alive(name), with_children=True))
    return rows


def _process(name: str, pid: int, alive: bool, *, with_children: bool) -> dict[str, Any]:
    members = [pid, *(descendants(pid) if with_children else [])] if alive else []
    resident = sum(resident_bytes(member) for member in members)
    return {"name": name, "pid": pid, "alive": alive, "resident_bytes": resident, "processes": len(members)}


def status(cloud: Cloud, content: StateFile, store: Store, now: float | None = None) -> dict[str, Any]:
    """All that `localcloud status --json` prints."""
    running = processes(cloud)
    return {
        "endpoint": content.endpoint,
        "state": str(cloud.state),
        "region": content.region,
        "dr_region": content.dr_region,
        "account_id": content.account_id,
        "factor": content.factor,
        "started": content.started,
        "uptime_seconds": round((time.time() if now is None else now) - content.started, 1),
        "resources": resources(cloud),
        "container_nodes": cloud.container_nodes_status(),
        "load_balancers": cloud.load_balancers_status(),
        "name_server": cloud.name_server_status(),
        "processes": running,
        "resident_bytes": sum(row["resident_bytes"] for row in running),
        "persistence": {
            "saves": store.saves,
            "seconds": round(store.seconds, 3),
            "bytes": store.bytes,
            "failures": dict(store.failures),
        },
    }
