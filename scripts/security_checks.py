"""Whether desired resources meet the items of security benchmarks: pure predicates; each says which resource fails, and how."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MET, EXCEPTION, NOT_MET, ELSEWHERE, OUTSIDE = "met", "exception", "not met", "elsewhere", "outside"
EVERYONE = frozenset({"0.0.0.0/0", "::/0"})
ADMINISTRATION = (22, 3389)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Failing:
    """A resource that does not meet an item; name is the kind where there is no resource at all."""

    name: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """Of an item in an environment. The texts say what fails (not met), or why it may (exception)."""

    state: str
    texts: tuple[str, ...] = ()
    used: tuple[int, ...] = ()


class Desired:
    """All desired resources of an environment, by kind."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)

    def of(self, *kinds: str) -> list[Row]:
        """The resources of kinds."""
        return [row for row in self.rows if row["kind"] in kinds]


def judge(item: Mapping[str, Any], desired: Desired, environment: str) -> Verdict:
    """The verdict on an item of a benchmark. Raises ValueError for an item that says nothing that can be judged."""
    for state in (ELSEWHERE, OUTSIDE):
        if state in item:
            return Verdict(state, (item[state],))
    failing = list(check_of(item)(desired))
    left, reasons, used = [], [], []
    for each in failing:
        for at, exception in enumerate(item.get("exceptions", [])):
            here = environment in exception.get("environments", [environment])
            if here and fnmatch.fnmatchcase(each.name, exception.get("name", "*")):
                reasons.append(exception["reason"])
                used.append(at)
                break
        else:
            left.append(f"{each.name} {each.text}")
    if left:
        return Verdict(NOT_MET, tuple(left), tuple(used))
    return Verdict(EXCEPTION if used else MET, tuple(dict.fromkeys(reasons)), tuple(used))


Check = Callable[[Desired], Iterable[Failing]]


def check_of(item: Mapping[str, Any]) -> Check:
    """The predicate that an item names. Raises ValueError for none, or one that does not exist."""
    if "every" in item:
        return lambda desired: every(desired, item)
    if "none" in item:
        return lambda desired: [Failing(row["name"], "is desired") for row in desired.of(*item["none"])]
    if "alarm" in item:
        return lambda desired: alarm_on_trail(desired, item["alarm"])
    if item.get("check") not in CHECKS:
        raise ValueError(
            f"item {item.get('id')}: expected outside, elsewhere, every, none, alarm or one of {', '.join(sorted(CHECKS))}"
        )
    return lambda desired: [
        *(Failing(kind, "is not desired at all") for kind in NEEDED[item["check"]] if not desired.of(kind)),
        *CHECKS[item["check"]](desired),
    ]


OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda found, wanted: bool(found == wanted),
    "at_least": lambda found, wanted: isinstance(found, int | float) and found >= wanted,
    "at_most": lambda found, wanted: isinstance(found, int | float) and found <= wanted,
    "has": lambda found, wanted: isinstance(found, Sequence | Mapping) and all(each in found for each in wanted),
    "lacks": lambda found, wanted: isinstance(found, Sequence | Mapping) and not any(each in found for each in wanted),
    "filled": lambda found, wanted: bool(found) is wanted,
    "like": lambda found, wanted: isinstance(found, str) and fnmatch.fnmatchcase(found, wanted),
}


def every(desired: Desired, item: Mapping[str, Any]) -> Iterator[Failing]:
    """Where resources of kinds lack what their property must be; none at all fails too, so nothing is met by absence."""
    kinds = [item["every"]] if isinstance(item["every"], str) else item["every"]
    (operation, wanted), *more = [(name, item[name]) for name in OPERATIONS if name in item] or [("", None)]
    if not operation or more:
        raise ValueError(f"item {item.get('id')}: expected one of {', '.join(OPERATIONS)}")
    for kind in kinds:
        rows = desired.of(kind)
        if not rows:
            yield Failing(kind, "is not desired at all")
        for row in rows:
            found = property_of(row, item["property"])
            if not OPERATIONS[operation](found, wanted):
                yield Failing(
                    row["name"],
                    f"has {item['property']} {json.dumps(found)}, expected {operation} {json.dumps(wanted)}",
                )


def property_of(row: Row, path: str) -> Any:
    """A property by its dotted path; None where it is not there."""
    value: Any = row.get("properties") or {}
    for part in path.split("/"):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def alarm_on_trail(desired: Desired, words: Sequence[str]) -> Iterator[Failing]:
    """Nothing when a metric filter's pattern has all words and an alarm that tells somebody watches its metric."""
    for filter_ in desired.of("logs_metric_filter"):
        properties = filter_["properties"]
        if not all(word in properties["pattern"] for word in words):
            continue
        for alarm in desired.of("cloudwatch_alarm"):
            of = alarm["properties"]
            same = (of["namespace"], of["metric"]) == (properties["namespace"], properties["metric"])
            if same and of["alarm_actions"]:
                return
        yield Failing(filter_["name"], "has no alarm that tells anybody")
        return
    yield Failing("logs_metric_filter", f"for {', '.join(words)} is not desired")


def statements(policy: Any) -> list[Mapping[str, Any]]:
    """The statements of a policy document, which may be its JSON."""
    document = json.loads(policy) if isinstance(policy, str) and policy else policy or {}
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def tls_only(desired: Desired) -> Iterator[Failing]:
    """Buckets, queues and topics whose policy does not deny everybody everything without TLS."""
    for row in desired.of("s3_bucket", "sqs_queue", "sns_topic"):
        for each in statements(row["properties"].get("policy")):
            plain = each.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
            objects = row["kind"] != "s3_bucket" or {f"arn:aws:s3:::{row['name']}{end}" for end in ("", "/*")} <= set(
                _listed(each.get("Resource"))
            )
            if (
                each["Effect"] == "Deny"
                and each.get("Principal") in ("*", {"AWS": "*"})
                and str(plain) == "false"
                and objects
            ):
                break
        else:
            yield Failing(row["name"], "has no policy that denies requests without TLS")


def public_access_blocked(desired: Desired) -> Iterator[Failing]:
    """Buckets, and the account, that do not block all four kinds of public access."""
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    if not desired.of("s3_account_public_access_block"):
        yield Failing("s3_account_public_access_block", "is not desired at all")
    for row in desired.of("s3_bucket", "s3_account_public_access_block"):
        of = row["properties"].get("public_access_block", {}) if row["kind"] == "s3_bucket" else row["properties"]
        if open_ := [name for name in names if of.get(name) is not True]:
            yield Failing(row["name"], f"lacks {', '.join(open_)}")


def no_administrators(desired: Desired) -> Iterator[Failing]:
    """Roles and policies that may do everything. A boundary grants nothing and is left out."""
    boundaries = {str(row["properties"].get("boundary", "")).rsplit("/", 1)[-1] for row in desired.of("iam_role")}
    for row in desired.of("iam_role"):
        if any(arn.endswith("/AdministratorAccess") for arn in row["properties"].get("managed_policies", [])):
            yield Failing(row["name"], "has AdministratorAccess")
        for name, policy in row["properties"].get("policies", {}).items():
            if any(_everything(each) for each in statements(policy)):
                yield Failing(row["name"], f"may do everything by {name}")
    for row in desired.of("iam_managed_policy"):
        if row["name"] not in boundaries and any(
            _everything(each) for each in statements(row["properties"]["document"])
        ):
            yield Failing(row["name"], "allows everything")


def _everything(statement: Mapping[str, Any]) -> bool:
    return (
        statement["Effect"] == "Allow"
        and "*" in _listed(statement.get("Action"))
        and "*" in _listed(statement.get("Resource"))
    )


def _administers(rule: Mapping[str, Any]) -> bool:
    if rule.get("protocol") in ("all", "-1", -1):
        return True
    return any(int(rule.get("from_port", 0)) <= port <= int(rule.get("to_port", 65535)) for port in ADMINISTRATION)


def groups_closed(desired: Desired) -> Iterator[Failing]:
    """Security groups that let everybody in to the ports of administration."""
    for row in desired.of("ec2_security_group", "ec2_default_security_group"):
        for rule in row["properties"]["ingress"]:
            if rule.get("peer") in EVERYONE and _administers(rule):
                yield Failing(row["name"], f"lets {rule['peer']} in to port 22 or 3389")


def access_lists_closed(desired: Desired) -> Iterator[Failing]:
    """Network access lists that let everybody in to the ports of administration. A denial with a smaller number counts."""
    for row in desired.of("ec2_network_acl"):
        denied: set[str] = set()
        for rule in sorted(row["properties"]["ingress"], key=lambda rule: int(rule["number"])):
            if rule["cidr"] not in EVERYONE or rule.get("protocol") == "udp" or not _administers(rule):
                continue
            if rule["action"] == "deny":
                denied.add(rule["cidr"])
            elif rule["cidr"] not in denied:
                yield Failing(row["name"], f"lets {rule['cidr']} in to port 22 or 3389 (rule {rule['number']})")


def defaults_empty(desired: Desired) -> Iterator[Failing]:
    """VPCs whose default security group lets anything in or out."""
    groups = {row["properties"]["vpc"]: row["properties"] for row in desired.of("ec2_default_security_group")}
    for vpc in desired.of("ec2_vpc"):
        group = groups.get(vpc["name"])
        if group is None or group["ingress"] or group["egress"]:
            yield Failing(vpc["name"], "has a default security group that is not empty, or not ours")


def flows_recorded(desired: Desired) -> Iterator[Failing]:
    """VPCs without a flow log of at least what was rejected."""
    recorded = {
        row["properties"]["vpc"]
        for row in desired.of("ec2_flow_log")
        if row["properties"]["traffic"] in ("ALL", "REJECT")
    }
    for vpc in desired.of("ec2_vpc"):
        if vpc["name"] not in recorded:
            yield Failing(vpc["name"], "has no flow log")


def trail_bucket_logged(desired: Desired) -> Iterator[Failing]:
    """Buckets of trails without access logs."""
    buckets = {row["properties"]["bucket"] for row in desired.of("cloudtrail_trail")}
    for row in desired.of("s3_bucket"):
        if row["name"] in buckets and not row["properties"].get("logging"):
            yield Failing(row["name"], "has no access logs")


def in_every_region(kind: str) -> Check:
    """The regions in which the platform has buckets and keys, but nothing of a kind."""

    def look(desired: Desired) -> Iterator[Failing]:
        regions = {str(row["region"]) for row in desired.of("s3_bucket", "kms_key") if row.get("region")}
        home = {
            row["region"]
            for row in desired.of("kms_key")
            if row.get("region") and not row["properties"].get("replica_of")
        }
        there = {row.get("region") or next(iter(home), None) for row in desired.of(kind)}
        for region in sorted(regions - there):
            yield Failing(kind, f"is not desired in {region}")

    return look


def endpoint_restricted(desired: Desired) -> Iterator[Failing]:
    """Clusters whose API the whole internet reaches."""
    for row in desired.of("eks_cluster"):
        of = row["properties"]
        if of["endpoint_public_access"] and (
            not of["public_access_cidrs"] or EVERYONE & set(of["public_access_cidrs"])
        ):
            yield Failing(row["name"], "has an API that everybody reaches")


def nodes_private(desired: Desired) -> Iterator[Failing]:
    """Subnets for nodes that give public addresses, and node groups elsewhere than in the private subnets."""
    for row in desired.of("ec2_subnet"):
        if row["properties"]["tags"]["tier"] == "private" and row["properties"]["public_ip_on_launch"]:
            yield Failing(row["name"], "gives nodes public addresses")
    for row in desired.of("eks_nodegroup"):
        if not all("private" in subnet for subnet in row["properties"]["subnets"]):
            yield Failing(row["name"], "is not in the private subnets")


def nodes_pull_only(desired: Desired) -> Iterator[Failing]:
    """Roles that AWS's own policies let push to registries; none that lets anybody pull fails too."""
    arns = [
        (row["name"], arn) for row in desired.of("iam_role") for arn in row["properties"].get("managed_policies", [])
    ]
    registry = [(name, arn) for name, arn in arns if "ContainerRegistry" in arn]
    if not registry:
        yield Failing("iam_role", "that may pull images is not desired")
    for name, arn in registry:
        if not arn.endswith(("PullOnly", "ReadOnly")):
            yield Failing(name, f"has {arn}")


def policies_enforced(desired: Desired) -> Iterator[Failing]:
    """Clusters whose network plugin does not enforce network policies, which is its default.

    https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
    """
    plugins = {
        row["name"].split("/")[0]: row["properties"]
        for row in desired.of("eks_addon")
        if row["name"].endswith("/vpc-cni")
    }
    for row in desired.of("eks_cluster"):
        if plugins.get(row["name"], {}).get("configuration", {}).get("enableNetworkPolicy") != "true":
            yield Failing(
                row["name"], "has no vpc-cni with enableNetworkPolicy, so that network policies are not enforced"
            )


def listeners_encrypt(desired: Desired) -> Iterator[Failing]:
    """Listeners without TLS 1.2 that do not lead to one with it."""
    for row in desired.of("elbv2_listener"):
        of = row["properties"]
        leads = of["default_action"].get("type") == "redirect" and of["default_action"].get("protocol") == "HTTPS"
        strict = of["protocol"] == "HTTPS" and any(
            name in of.get("ssl_policy", "") for name in ("TLS13-1-2", "TLS-1-2", "TLS13-1-3")
        )
        if not (strict or (leads and not of.get("rules"))):
            yield Failing(row["name"], "neither demands TLS 1.2 nor leads to HTTPS")


CHECKS: dict[str, Check] = {
    "tls-only": tls_only,
    "public-access-blocked": public_access_blocked,
    "no-administrators": no_administrators,
    "groups-closed": groups_closed,
    "access-lists-closed": access_lists_closed,
    "defaults-empty": defaults_empty,
    "flows-recorded": flows_recorded,
    "trail-bucket-logged": trail_bucket_logged,
    "config-in-every-region": in_every_region("config_recorder"),
    "analyzer-in-every-region": in_every_region("accessanalyzer_analyzer"),
    "disks-encrypted-in-every-region": in_every_region("ebs_defaults"),
    "threats-in-every-region": in_every_region("guardduty_detector"),
    "endpoint-restricted": endpoint_restricted,
    "nodes-private": nodes_private,
    "nodes-pull-only": nodes_pull_only,
    "policies-enforced": policies_enforced,
    "listeners-encrypt": listeners_encrypt,
}

# Without these kinds a predicate would find nothing wrong because there is nothing.
NEEDED: dict[str, tuple[str, ...]] = {
    "tls-only": ("s3_bucket",),
    "public-access-blocked": ("s3_bucket",),
    "no-administrators": ("iam_role",),
    "groups-closed": ("ec2_security_group",),
    "access-lists-closed": ("ec2_network_acl",),
    "defaults-empty": ("ec2_vpc",),
    "flows-recorded": ("ec2_vpc",),
    "trail-bucket-logged": ("cloudtrail_trail", "s3_bucket"),
    "config-in-every-region": ("kms_key", "s3_bucket"),
    "analyzer-in-every-region": ("kms_key", "s3_bucket"),
    "disks-encrypted-in-every-region": ("kms_key", "s3_bucket"),
    "threats-in-every-region": ("kms_key", "s3_bucket"),
    "endpoint-restricted": ("eks_cluster",),
    "nodes-private": ("ec2_subnet", "eks_nodegroup"),
    "nodes-pull-only": ("iam_role",),
    "policies-enforced": ("eks_cluster",),
    "listeners-encrypt": ("elbv2_listener",),
}
