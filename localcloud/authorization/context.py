"""The condition keys of a request. What costs a look into the account (tags, aliases) is looked up when a policy asks.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from localcloud import principals
from localcloud.authorization import checks, lookup, tags
from localcloud.cloud import ACCOUNT_ID

Values = tuple[str, ...]


class Keys(dict[str, Values]):
    """Condition keys in lower case -> values. loaders: prefix of keys -> what gives all keys with that prefix, once."""

    def __init__(self, known: Mapping[str, Values], loaders: Mapping[str, Callable[[], Mapping[str, Values]]]) -> None:
        super().__init__(known)
        self._loaders = dict(loaders)

    def get(self, name: str, default: Any = None) -> Any:
        """The values of a key; `default` where the request does not have it."""
        if name not in self:
            for prefix in [prefix for prefix in self._loaders if name.startswith(prefix)]:
                self.update(self._loaders.pop(prefix)())
        return super().get(name, default)


def of_caller(
    principal: principals.Principal, own_tags: Mapping[str, str], now: datetime.datetime
) -> dict[str, Values]:
    """Keys of the principal and of the moment. now: with its time zone."""
    kind = "AssumedRole" if principal.role_arn else "FederatedUser" if ":federated-user/" in principal.arn else "User"
    found: dict[str, Values] = {
        "aws:principalarn": (principal.role_arn or principal.arn,),
        "aws:principalaccount": (ACCOUNT_ID,),
        "aws:principaltype": (kind,),
        "aws:principalisawsservice": ("false",),
        "aws:userid": (principal.user_id,),
        "aws:viaawsservice": ("false",),
        "aws:securetransport": ("true",),  # the endpoint is plain HTTP on loopback and stands for a TLS one
        "aws:sourceip": ("127.0.0.1",),
        "aws:currenttime": (now.isoformat(timespec="seconds").replace("+00:00", "Z"),),
        "aws:epochtime": (str(int(now.timestamp())),),
        "kms:calleraccount": (ACCOUNT_ID,),
    }
    if kind == "User" and principal.token is None:
        found["aws:username"] = (principal.arn.rpartition("/")[2],)
    if principal.token is not None:  # a lasting key has no such key in its requests
        found["aws:multifactorauthpresent"] = ("false",)
    return found | {f"aws:principaltag/{name.lower()}": (value,) for name, value in own_tags.items()}


def of_request(service: str, operation: str, region: str, parameters: Mapping[str, Any]) -> dict[str, Values]:
    """Keys of what is asked: the region, tags that it brings, and the keys of single services."""
    found: dict[str, Values] = {"aws:requestedregion": (region,)}
    given = checks.tags_of(parameters)
    names = [str(name) for key in ("TagKeys", "tagKeys") for name in _list(parameters, key)]
    if given or names:
        found["aws:tagkeys"] = (*given, *names)
    found |= {f"aws:requesttag/{name.lower()}": (value,) for name, value in given.items()}
    for name, path in _KEYS.get(service, {}).items():
        value: Any = parameters
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        texts = tuple(_text(each) for each in (value if isinstance(value, list) else [value]) if each is not None)
        if texts:
            found[name] = texts
    if service == "kms":
        context = parameters.get("EncryptionContext") or {}
        alias = str(parameters.get("KeyId") or "").rpartition(":")[2]
        found |= {"kms:requestalias": (alias,)} if alias.startswith("alias/") else {}
        found |= {f"kms:encryptioncontext:{name.lower()}": (str(value),) for name, value in context.items()}
    return found


def of_resource(arn: str) -> Keys:
    """Keys of the resource, looked up when a policy asks for them."""
    service = arn.split(":", 3)[2] if arn.count(":") >= 5 else ""

    def tagged(prefix: str) -> Callable[[], dict[str, Values]]:
        return lambda: {f"{prefix}{name.lower()}": (value,) for name, value in tags.of(arn).items()}

    def aliases() -> dict[str, Values]:
        found = lookup.aliases_of(arn)
        return {"kms:resourcealiases": found} if found else {}

    loaders: dict[str, Callable[[], Mapping[str, Values]]] = {"aws:resourcetag/": tagged("aws:resourcetag/")}
    if service:
        loaders[f"{service}:resourcetag/"] = tagged(f"{service}:resourcetag/")
    if service == "rds":
        loaders |= {f"rds:{kind}-tag/": tagged(f"rds:{kind}-tag/") for kind in ("db", "snapshot", "pg", "subgrp")}
    if service == "kms":
        loaders["kms:resourcealiases"] = aliases
    return Keys({"aws:resourceaccount": (ACCOUNT_ID,)}, loaders)


def _list(parameters: Mapping[str, Any], name: str) -> list[Any]:
    value = parameters.get(name)
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


#: boto3 service -> condition key -> path of the parameter that it holds.
_KEYS: dict[str, dict[str, str]] = {
    "ec2": {"ec2:vpcid": "VpcId", "ec2:instancetype": "InstanceType"},
    "iam": {
        "iam:permissionsboundary": "PermissionsBoundary",
        "iam:policyarn": "PolicyArn",
        "iam:awsservicename": "AWSServiceName",
    },
    "kms": {
        "kms:grantoperations": "Operations",
        "kms:granteeprincipal": "GranteePrincipal",
        "kms:keyspec": "KeySpec",
        "kms:keyusage": "KeyUsage",
        "kms:multiregion": "MultiRegion",
        "kms:scheduledeletionpendingwindowindays": "PendingWindowInDays",
        "kms:bypasspolicylockoutsafetycheck": "BypassPolicyLockoutSafetyCheck",
    },
    "rds": {
        "rds:databaseclass": "DBInstanceClass",
        "rds:databaseengine": "Engine",
        "rds:storageencrypted": "StorageEncrypted",
        "rds:multiaz": "MultiAZ",
        "rds:publiclyaccessible": "PubliclyAccessible",
        "rds:managemasteruserpassword": "ManageMasterUserPassword",  # pragma: allowlist secret
    },
    "s3": {
        "s3:prefix": "Prefix",
        "s3:delimiter": "Delimiter",
        "s3:max-keys": "MaxKeys",
        "s3:versionid": "VersionId",
        "s3:x-amz-acl": "ACL",
        "s3:x-amz-server-side-encryption": "ServerSideEncryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
        "s3:x-amz-storage-class": "StorageClass",
        "s3:object-lock-mode": "ObjectLockMode",
        "s3:locationconstraint": "CreateBucketConfiguration.LocationConstraint",
    },
    "secretsmanager": {
        "secretsmanager:name": "Name",
        "secretsmanager:secretid": "SecretId",  # pragma: allowlist secret
        "secretsmanager:forcedeletewithoutrecovery": "ForceDeleteWithoutRecovery",
        "secretsmanager:recoverywindowindays": "RecoveryWindowInDays",
        "secretsmanager:versionstage": "VersionStage",
    },
    "sns": {"sns:protocol": "Protocol", "sns:endpoint": "Endpoint"},
    "ssm": {"ssm:overwrite": "Overwrite", "ssm:recursive": "Recursive"},
    "sts": {
        "sts:externalid": "ExternalId",
        "sts:rolesessionname": "RoleSessionName",
        "sts:sourceidentity": "SourceIdentity",
        "sts:transitivetagkeys": "TransitiveTagKeys",
    },
    "eks": {
        "eks:clustername": "clusterName",
        "eks:namespaces": "accessScope.namespaces",
        "eks:policyarn": "policyArn",
        "eks:principalarn": "principalArn",
        "eks:accessentrytype": "type",
        "eks:bootstrapclustercreatoradminpermissions": "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "eks:endpointpublicaccess": "resourcesVpcConfig.endpointPublicAccess",
    },
    "route53": {"route53:vpcs": "VPC.VPCId"},
    "elbv2": {"elasticloadbalancing:scheme": "Scheme"},
    "cloudwatch": {"cloudwatch:namespace": "Namespace", "cloudwatch:alarmactions": "AlarmActions"},
    "budgets": {},
}
