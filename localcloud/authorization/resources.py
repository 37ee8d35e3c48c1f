"""The ARNs that a request is judged on, from its parameters: pure.

Where a part of an ARN is not in the request (ids that the service makes, suffixes) it stands as `*`; `lookup.settle` puts in
what the emulated account knows. https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.authorization import reference
from localcloud.authorization.reference import Kind

Parameters = Mapping[str, Any]
EVERYTHING = ("*",)


@dataclass(frozen=True)
class Place:
    """Where a request is made."""

    region: str
    account: str


#: Prefix -> type -> parameters that fill the places of its ARN, `*` where none does; `|` between several ways, all taken.
_PARAMETERS: dict[str, dict[str, str]] = {
    "access-analyzer": {"Analyzer": "analyzerName", "ArchiveRule": "analyzerName ruleName"},
    "autoscaling": {
        "autoScalingGroup": "* AutoScalingGroupName",
        "launchConfiguration": "* LaunchConfigurationName",
    },
    "backup": {
        "backupVault": "BackupVaultName",
        "backupPlan": "BackupPlanId",
        "framework": "FrameworkName *",
        "reportPlan": "ReportPlanName *",
        "restoreTestingPlan": "RestoreTestingPlanName * | RestoreTestingPlan.RestoreTestingPlanName *",
    },
    "budgets": {
        "budget": "BudgetName | Budget.BudgetName | NewBudget.BudgetName",
        "budgetAction": "BudgetName ActionId",
    },
    "cloudfront": {"distribution": "Id | DistributionId | TargetDistributionId", "function": "Name"},
    "cloudtrail": {"trail": "Name | TrailName | trailNameList"},
    "cloudwatch": {
        "alarm": "AlarmName | AlarmNames",
        "alarm-mute-rule": "Name | AlarmMuteRuleName",
        "dashboard": "DashboardName | DashboardNames",
        "insight-rule": "RuleName",
        "metric-stream": "Name",
    },
    "config": {
        "ConfigurationRecorder": "ConfigurationRecorderName * | ConfigurationRecorder.name * | ConfigurationRecorderNames *",
    },
    "dynamodb": {"table": "TableName | RequestItems", "index": "TableName IndexName"},
    "ecr": {"repository": "repositoryName | repositoryNames"},
    "eks": {
        "cluster": "clusterName | name",
        "nodegroup": "clusterName nodegroupName *",
        "addon": "clusterName addonName *",
        "fargateprofile": "clusterName fargateProfileName *",
        "podidentityassociation": "clusterName associationId",
        "access-entry": "clusterName principalArn",
        "identityproviderconfig": "clusterName identityProviderConfig.type identityProviderConfig.name *",
    },
    "eks-auth": {"cluster": "clusterName"},
    "es": {"domain": "DomainName | DomainNames"},
    "events": {
        "event-bus": "EventBusName | Name",
        "archive": "ArchiveName",
        "replay": "ReplayName",
        "rule-on-custom-event-bus": "EventBusName Rule | EventBusName Name",
        "rule-on-default-event-bus": "Rule | Name",
        "connection": "Name",
        "api-destination": "Name",
        "endpoint": "Name",
    },
    "guardduty": {
        "detector": "DetectorId",
        "filter": "DetectorId FilterName | DetectorId Name",
        "publishingDestination": "DetectorId DestinationId",
    },
    "iam": {
        "role": "RoleName",
        "user": "UserName",
        "group": "GroupName",
        "policy": "PolicyName",
        "instance-profile": "InstanceProfileName",
        "oidc-provider": "Url",
        "server-certificate": "ServerCertificateName",
        "saml-provider": "Name",
    },
    "kms": {"key": "KeyId | TargetKeyId", "alias": "AliasName"},
    "lambda": {"function": "FunctionName"},
    "logs": {
        "log-group": "logGroupName | logGroupNames | logGroupIdentifier | logGroupIdentifiers",
        "log-stream": "logGroupName logStreamName",
        "destination": "destinationName",
        "delivery": "id",
        "delivery-source": "name | deliverySourceName",
        "delivery-destination": "name | deliveryDestinationName | deliveryDestinationArn",
    },
    "rds": {
        "db": "DBInstanceIdentifier | SourceDBInstanceIdentifier | TargetDBInstanceIdentifier",
        "snapshot": "DBSnapshotIdentifier | SourceDBSnapshotIdentifier | TargetDBSnapshotIdentifier"
        " | FinalDBSnapshotIdentifier",
        "subgrp": "DBSubnetGroupName",
        "pg": "DBParameterGroupName | SourceDBParameterGroupIdentifier | TargetDBParameterGroupIdentifier",
        "og": "OptionGroupName",
        "es": "SubscriptionName",
        "cluster": "DBClusterIdentifier",
        "cluster-pg": "DBClusterParameterGroupName",
        "cluster-snapshot": "DBClusterSnapshotIdentifier",
        "proxy": "DBProxyName",
    },
    "route53": {
        "hostedzone": "HostedZoneId | Id | ResourceId",
        "healthcheck": "HealthCheckId | ResourceId",
        "change": "Id",
        "queryloggingconfig": "Id",
    },
    "s3": {"bucket": "Bucket", "object": "Bucket Key"},
    "scheduler": {"schedule": "GroupName Name", "schedule-group": "GroupName | Name"},
    "secretsmanager": {"Secret": "SecretId | Name"},  # pragma: allowlist secret
    "sns": {"topic": "Name"},
    "sqs": {"queue": "QueueUrl | QueueName"},
    "ssm": {"parameter": "Name | Names | Path | ResourceId", "document": "DocumentName"},
    "sts": {"role": "RoleArn"},
    "wafv2": {
        "webacl": "Scope Name Id",
        "ipset": "Scope Name Id",
        "rulegroup": "Scope Name Id",
        "regexpatternset": "Scope Name Id",
    },
}
#: Prefix of an EC2 id -> type of resource: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
_EC2_IDS = {
    "vpc": "vpc", "subnet": "subnet", "sg": "security-group", "sgr": "security-group-rule", "rtb": "route-table",
    "acl": "network-acl", "igw": "internet-gateway", "eigw": "egress-only-internet-gateway", "nat": "natgateway",
    "eipalloc": "elastic-ip", "dopt": "dhcp-options",
    "vpce": "vpc-endpoint", "fl": "vpc-flow-log", "lt": "launch-template", "vol": "volume", "snap": "snapshot", "i": "instance",
    "eni": "network-interface", "ami": "image", "key": "key-pair", "pl": "prefix-list", "pcx": "vpc-peering-connection",
    "vgw": "vpn-gateway", "tgw": "transit-gateway", "cr": "capacity-reservation", "fleet": "fleet",
}  # fmt: skip
_EC2_ID = re.compile(r"([a-z]+)-[0-9a-f]{8,17}")
#: RDS judges these groups also where the request leaves them to the default:
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAM.ResourcePermissions.html
_RDS_DEFAULTS = {"og": "default:*", "pg": "default.*", "subgrp": "default"}
_ARN = re.compile(r"arn:[^\"]+")
_RDS_MAKING = {"CreateDBInstance", "RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime"}
#: Log groups are judged with `:*` behind their ARN, but for tags:
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
_LOGS_BARE = {"TagResource", "UntagResource", "ListTagsForResource"}


def of(prefix: str, action: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    """The ARNs that an action on these parameters is judged on, each once; `*` where there are none or none is known."""
    kinds = reference.kinds(prefix, action)
    if not kinds:
        return EVERYTHING
    special = _SPECIAL.get(prefix)
    found = special(action, kinds, parameters, place) if special is not None else None
    if found is None:
        found = _named(prefix, kinds, parameters, place)
    if not found:
        found = [kind.arn(place.region, place.account, []) for kind in kinds if kind.required][:1]
    return tuple(dict.fromkeys(found)) or EVERYTHING


def _named(prefix: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str]:
    """What the parameters of the table name, and every ARN among the other ones that is of a type of the action."""
    found, taken = [], set()
    for kind in kinds:
        for way in _PARAMETERS.get(prefix, {}).get(kind.name, "").split("|"):
            names = way.split()
            for arn in _filled(prefix, kind, names, parameters, place) if names else ():
                found.append(arn)
                taken.add(names[-1])
    for name, value in parameters.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text.startswith("arn:") and name not in taken:
                found += [_trimmed(prefix, text) for kind in kinds if kind.is_arn_of(text)][:1]
    return found


def _filled(prefix: str, kind: Kind, names: list[str], parameters: Parameters, place: Place) -> Iterator[str]:
    values = ["*" if name == "*" else _value(parameters, name) for name in names]
    named = [value for name, value in zip(names, values, strict=True) if name != "*"]
    if any(value in (None, "", [], {}) for value in named):
        return
    last = named[-1]
    for text in last if isinstance(last, list | tuple | dict) else [last]:
        if str(text).startswith("arn:"):
            if kind.is_arn_of(str(text)):
                yield _trimmed(prefix, str(text))
            continue
        filled = [text if value is last else value for value in values]
        yield kind.arn(place.region, place.account, [_clean(prefix, kind.name, str(value)) for value in filled])


def _value(parameters: Parameters, path: str) -> Any:
    value: Any = parameters
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _clean(prefix: str, kind: str, text: str) -> str:
    """A parameter's value as it stands in the ARN."""
    if prefix in {"sqs", "route53"}:
        return text.rstrip("/").rpartition("/")[2]
    if kind == "parameter":
        return text.lstrip("/").partition(":")[0]
    if kind == "oidc-provider":
        return text.partition("://")[2] or text
    if kind == "alias":
        return text.removeprefix("alias/")
    if prefix == "wafv2":
        return {"REGIONAL": "regional", "CLOUDFRONT": "global"}.get(text, text)
    return text


def _trimmed(prefix: str, arn: str) -> str:
    return arn.removesuffix(":*") if prefix == "logs" else arn


def _ec2(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str]:
    """By the shape of ids in the parameters; what the action makes anew stands as `*`."""
    by_name = {kind.name: kind for kind in kinds}
    found: dict[str, list[str]] = {}
    for text in _texts(parameters, deep=action in {"RunInstances", "CreateFleet"}):
        match = _EC2_ID.fullmatch(text)
        kind = by_name.get(_EC2_IDS.get(match[1], "")) if match else None
        if kind is not None:
            found.setdefault(kind.name, []).append(kind.arn(place.region, place.account, [text]))
    for kind in kinds:
        if kind.required and kind.name not in found:
            found[kind.name] = [kind.arn(place.region, place.account, [])]
    if not found and kinds:  # named by something of its own, such as DisassociateRouteTable by an association
        kind = next((kind for kind in kinds if kind.name.replace("-", "") in action.lower()), kinds[0])
        found[kind.name] = [kind.arn(place.region, place.account, [])]
    return [arn for arns in found.values() for arn in arns]


def _texts(value: Any, *, deep: bool, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and (deep or depth == 0):
        for each in value.values():
            yield from _texts(each, deep=deep, depth=depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, deep=deep, depth=depth + 1)


def _rds(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str] | None:
    found = _named("rds", kinds, parameters, place)
    if not found:  # a list of all of them is judged on `db:*` and the like
        return [next((kind for kind in kinds if kind.name == "db"), kinds[0]).arn(place.region, place.account, [])]
    if action not in _RDS_MAKING:
        return found
    for kind in kinds:
        absent = not any(kind.is_arn_of(arn) for arn in found)
        if kind.name in _RDS_DEFAULTS and absent:
            found.append(kind.arn(place.region, place.account, [_RDS_DEFAULTS[kind.name]]))
    return found


def _iam(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str] | None:
    path = str(parameters.get("Path") or "/").strip("/")
    if not path or not action.startswith("Create"):
        return None
    arns = _named("iam", kinds, parameters, place)
    return [re.sub(r"^(arn:aws:iam::\d+:[\w-]+/)", rf"\g<1>{path}/", arn) for arn in arns]


def _logs(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str]:
    stream = [kind for kind in kinds if kind.name == "log-stream"]
    if stream and parameters.get("logStreamName"):
        return _named("logs", tuple(stream), parameters, place)
    found = _named("logs", tuple(kind for kind in kinds if kind.name != "log-stream"), parameters, place)
    groups = [kind for kind in kinds if kind.name in {"log-group", "log-stream"}]
    if not found and groups:
        found = [f"arn:aws:logs:{place.region}:{place.account}:log-group:"]
    bare = action in _LOGS_BARE
    return [arn if bare or ":log-group:" not in arn else f"{arn}:log-stream:" for arn in found]


def _secretsmanager(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str]:
    """A name stands without the six characters that Secrets Manager adds: any six stand for them."""
    arns = _named("secretsmanager", kinds, parameters, place)
    given = parameters.get("SecretId") or parameters.get("Name") or ""
    return arns if str(given).startswith("arn:") else [f"{arn}-??????" for arn in arns]


def _events(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str] | None:
    """A rule belongs to the default bus or to the named one; PutEvents names its buses entry by entry."""
    if action == "PutEvents":
        names = {str(entry.get("EventBusName") or "default") for entry in parameters.get("Entries", [])}
        return [
            name if name.startswith("arn:") else kinds[0].arn(place.region, place.account, [name])
            for name in sorted(names)
        ]
    rules = {kind.name: kind for kind in kinds if kind.name.startswith("rule-on-")}
    name = parameters.get("Rule") or parameters.get("Name")
    if not rules or not name:
        return None
    bus = str(parameters.get("EventBusName") or "default").rpartition("/")[2]
    if bus == "default":
        return [rules["rule-on-default-event-bus"].arn(place.region, place.account, [str(name)])]
    return [rules["rule-on-custom-event-bus"].arn(place.region, place.account, [bus, str(name)])]


def _load_balancing(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str] | None:
    start = f"arn:aws:elasticloadbalancing:{place.region}:{place.account}"
    name = parameters.get("Name")
    if action == "CreateLoadBalancer" and name:
        letters = {"network": "net", "gateway": "gwy"}.get(str(parameters.get("Type")), "app")
        return [f"{start}:loadbalancer/{letters}/{name}/*"]
    if action == "CreateTargetGroup" and name:
        return [f"{start}:targetgroup/{name}/*"]
    if parameters.get("LoadBalancerName"):
        return [f"{start}:loadbalancer/{parameters['LoadBalancerName']}"]
    if action == "SetRulePriorities":
        return [str(each["RuleArn"]) for each in parameters.get("RulePriorities", [])]
    return None


def _route53(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str] | None:
    chosen = parameters.get("ResourceType")
    wanted = tuple(kind for kind in kinds if kind.name == chosen) or kinds
    ids = parameters.get("ResourceIds")
    return [wanted[0].arn("", "", [str(each)]) for each in ids] if ids else _named("route53", wanted, parameters, place)


def _eks(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str] | None:
    """Access entries carry kind, account and name of their principal."""
    entry = next((kind for kind in kinds if kind.name == "access-entry"), None)
    principal = str(parameters.get("principalArn") or "")
    if entry is None or principal.count(":") != 5:
        return None
    *_, account, path = principal.split(":")
    kind, _, name = path.partition("/")
    cluster = str(parameters.get("clusterName"))
    return [entry.arn(place.region, place.account, [cluster, kind, account, name.rpartition("/")[2]])]


def _backup(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str] | None:
    point = parameters.get("RecoveryPointArn")
    return [str(point)] if point and any(kind.name == "recoveryPoint" for kind in kinds) else None


def _scheduler(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str] | None:
    return _named("scheduler", kinds, {"GroupName": "default", **parameters}, place)


def _wafv2(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str]:
    """What is made has no id yet; Scope, Name and Id are of the kind that the action names, rules name others by ARN.

    https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
    """
    own = tuple(kind for kind in kinds if kind.name in action.lower()) or kinds
    logging = parameters.get("LoggingConfiguration")
    found = _named("wafv2", own, {"Id": "*", **parameters, **(logging if isinstance(logging, dict) else {})}, place)
    if action in {"CreateWebACL", "UpdateWebACL"}:
        rules = json.dumps(parameters.get("Rules") or [], default=str)
        found += [
            arn for arn in _ARN.findall(rules) for kind in kinds if kind.name != "webacl" and kind.is_arn_of(str(arn))
        ]
        managed = [kind for kind in kinds if kind.name == "managedruleset"]
        if "ManagedRuleGroupStatement" in rules:
            scope = _clean("wafv2", "", str(parameters.get("Scope")))
            found += [kind.arn(place.region, place.account, [scope]) for kind in managed]
    return found


def _kms(action: str, kinds: tuple[Kind, ...], parameters: Parameters, place: Place) -> list[str]:
    """A key that is named by an alias stands as `key/alias/<name>`; so does the one behind an alias that is removed."""
    named = {
        name: text.rpartition(":")[2] if isinstance(text, str) and ":alias/" in text else text
        for name, text in parameters.items()
        if name in {"KeyId", "TargetKeyId", "AliasName"}
    }
    if "AliasName" in named and "TargetKeyId" not in named:
        named["KeyId"] = named["AliasName"]
    return _named("kms", kinds, named, place)


Special = Callable[[str, tuple[Kind, ...], Parameters, Place], list[str] | None]
_SPECIAL: dict[str, Special] = {
    "backup": _backup, "ec2": _ec2, "eks": _eks, "elasticloadbalancing": _load_balancing, "events": _events, "iam": _iam,
    "kms": _kms, "logs": _logs, "rds": _rds, "route53": _route53, "scheduler": _scheduler, "secretsmanager": _secretsmanager,
    "wafv2": _wafv2,
}  # fmt: skip
