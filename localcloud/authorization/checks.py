"""All that one request must be allowed: the action itself, tags on what it makes, roles it passes, copies it reads. Pure.

https://docs.aws.amazon.com/service-authorization/latest/reference/ ("dependent actions")
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from localcloud.authorization import made, naming, passing, reference, resources
from localcloud.authorization.resources import Parameters, Place

#: What needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html,
#: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken"}

_BYPASS, _ACL, _TAGS = "BypassGovernanceRetention", "ACL", "Tagging"
#: Prefix -> the action that tags, with which a request that makes something with tags must be allowed too.
_TAGGING = {
    "access-analyzer": "TagResource",
    "acm": "AddTagsToCertificate",
    "backup": "TagResource",
    "budgets": "TagResource",
    "cloudfront": "TagResource",
    "cloudtrail": "AddTags",
    "cloudwatch": "TagResource",
    "config": "TagResource",
    "dynamodb": "TagResource",
    "ecr": "TagResource",
    "eks": "TagResource",
    "elasticloadbalancing": "AddTags",
    "es": "AddTags",
    "events": "TagResource",
    "guardduty": "TagResource",
    "kms": "TagResource",
    "lambda": "TagResource",
    "logs": "TagResource",
    "rds": "AddTagsToResource",
    "scheduler": "TagResource",
    "secretsmanager": "TagResource",  # pragma: allowlist secret
    "sns": "TagResource",
    "sqs": "TagQueue",
    "ssm": "AddTagsToResource",
    "wafv2": "TagResource",
}
_IAM_TAGGING = {
    "CreateRole": "TagRole", "CreateUser": "TagUser", "CreatePolicy": "TagPolicy", "CreateInstanceProfile": "TagInstanceProfile",
    "CreateOpenIDConnectProvider": "TagOpenIDConnectProvider", "CreateSAMLProvider": "TagSAMLProvider",
}  # fmt: skip
#: Names under which requests carry tags, and the operations that only tag.
_TAG_PARAMETERS = ("Tags", "tags", "TagList", "TagsList", "TagSet", "BackupVaultTags", "BackupPlanTags", "ResourceTags")
_ONLY_TAGGING = ("Tag", "AddTags", "Untag", "RemoveTags", "ChangeTags")


@dataclass(frozen=True)
class Check:
    """One action with the resources it is judged on. context: condition keys that belong to this check alone."""

    action: str
    resources: tuple[str, ...]
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def of(service: str, operation: str, parameters: Parameters, place: Place) -> list[Check]:
    """Everything that an operation of a boto3 service must be allowed; nothing for what needs no permission."""
    prefix = reference.prefix_of(service)
    action = naming.action_of(service, operation, parameters)
    if action in FREE:
        return []
    special = _SPECIAL.get((service, operation))
    if special is not None:
        found = special(parameters, place)
    else:
        found = [Check(action, resources.of(prefix, action.partition(":")[2], parameters, place))]
    if service == "s3":
        found += _s3_extras(operation, parameters, place)
    return [
        *found,
        *_tagging(prefix, operation, parameters, place, found),
        *_passing(service, operation, parameters, place),
    ]


def tags_of(parameters: Parameters) -> dict[str, str]:
    """The tags that a request brings, however it writes them."""
    found: dict[str, str] = {}
    for name in _TAG_PARAMETERS:
        value = parameters.get(name)
        if isinstance(value, Mapping):
            value = next((value[inner] for inner in ("Items", "TagSet") if inner in value), value)  # CloudFront, S3
        if isinstance(value, Mapping):
            found |= {str(key): str(each) for key, each in value.items()}
        for each in value if isinstance(value, list) else []:
            if isinstance(each, Mapping):
                key = each.get("Key") or each.get("key") or each.get("TagKey")
                found[str(key)] = str(each.get("Value") or each.get("value") or each.get("TagValue") or "")
    for specification in _list(parameters, "TagSpecifications") + _list(parameters, "TagSpecification"):
        found |= {str(tag.get("Key")): str(tag.get("Value") or "") for tag in specification.get("Tags", [])}
    if isinstance(parameters.get(_TAGS), Mapping):
        found |= tags_of(parameters[_TAGS])
    return found


def _list(parameters: Parameters, name: str) -> list[Any]:
    value = parameters.get(name)
    return value if isinstance(value, list) else []


def _tagging(prefix: str, operation: str, parameters: Parameters, place: Place, found: list[Check]) -> list[Check]:
    if prefix == "ec2":
        specifications = _list(parameters, "TagSpecifications") + _list(parameters, "TagSpecification")
        types = {str(each.get("ResourceType")): each for each in specifications if each.get("Tags")}
        context = {"ec2:createaction": (operation,)}
        return [Check("ec2:CreateTags", (_ec2_any(name, place),), context) for name in types]
    action = _IAM_TAGGING.get(operation) if prefix == "iam" else _TAGGING.get(prefix)
    if action is None or operation.startswith(_ONLY_TAGGING) or not tags_of(parameters):
        return []
    own = found[0].resources if found else resources.EVERYTHING
    return [Check(f"{prefix}:{action}", made.of(f"{prefix}:{action}", operation, own, parameters, place))]


def _ec2_any(kind: str, place: Place) -> str:
    account = "" if kind in {"image", "snapshot"} else place.account
    return f"arn:aws:ec2:{place.region}:{account}:{kind}/*"


def _passing(service: str, operation: str, parameters: Parameters, place: Place) -> list[Check]:
    return [
        Check(
            "iam:PassRole",
            (role if role.startswith("arn:") else f"arn:aws:iam::{place.account}:role/{role}",),
            {"iam:passedtoservice": (receiver,)},
        )
        for role, receiver in passing.roles(service, operation, parameters)
    ]


def _s3_extras(operation: str, parameters: Parameters, place: Place) -> list[Check]:
    """What headers of a write ask for besides it."""
    bucket = f"arn:aws:s3:::{parameters.get('Bucket')}"
    target = f"{bucket}/{parameters['Key']}" if parameters.get("Key") else bucket
    extras = []
    if operation in {"PutObject", "CopyObject", "CreateMultipartUpload"}:
        extras = [
            (_TAGS, "PutObjectTagging"),
            (_ACL, "PutObjectAcl"),
            ("ObjectLockMode", "PutObjectRetention"),
            ("ObjectLockLegalHoldStatus", "PutObjectLegalHold"),
        ]
    elif operation == "CreateBucket":
        extras = [
            (_ACL, "PutBucketAcl"),
            ("ObjectLockEnabledForBucket", "PutBucketObjectLockConfiguration"),
            ("ObjectLockEnabledForBucket", "PutBucketVersioning"),
            ("ObjectOwnership", "PutBucketOwnershipControls"),
        ]
    elif operation in {"DeleteObject", "PutObjectRetention"}:
        extras = [(_BYPASS, _BYPASS)]
    return [Check(f"s3:{action}", (target,)) for name, action in extras if parameters.get(name)]


def _copy(parameters: Parameters, place: Place) -> list[Check]:
    source = parameters.get("CopySource") or ""
    if isinstance(source, Mapping):
        text, version = f"{source.get('Bucket')}/{source.get('Key')}", source.get("VersionId")
    else:
        text, _, version = unquote(str(source)).lstrip("/").partition("?versionId=")
    read = "s3:GetObjectVersion" if version else "s3:GetObject"
    return [
        Check("s3:PutObject", resources.of("s3", "PutObject", parameters, place)),
        Check(read, (text if text.startswith("arn:") else f"arn:aws:s3:::{text}",)),
    ]


def _delete_objects(parameters: Parameters, place: Place) -> list[Check]:
    arns: dict[str, list[str]] = {}
    for each in (parameters.get("Delete") or {}).get("Objects", []):
        action = "s3:DeleteObjectVersion" if each.get("VersionId") else "s3:DeleteObject"
        arns.setdefault(action, []).append(f"arn:aws:s3:::{parameters.get('Bucket')}/{each.get('Key')}")
    found = [Check(action, tuple(targets)) for action, targets in arns.items()]
    if parameters.get(_BYPASS):
        found.append(Check(f"s3:{_BYPASS}", tuple(arn for targets in arns.values() for arn in targets)))
    return found


def _list_buckets(parameters: Parameters, place: Place) -> list[Check]:
    return [Check("s3:ListAllMyBuckets", resources.EVERYTHING)]


def _re_encrypt(parameters: Parameters, place: Place) -> list[Check]:
    return [
        Check(f"kms:{action}", resources.of("kms", action, {"KeyId": parameters.get(name)}, place))
        for action, name in (("ReEncryptFrom", "SourceKeyId"), ("ReEncryptTo", "DestinationKeyId"))
    ]


def _assume(parameters: Parameters, place: Place) -> list[Check]:
    role = (str(parameters.get("RoleArn") or "*"),)
    found = [Check("sts:AssumeRole", role)]
    if parameters.get("Tags"):
        found.append(Check("sts:TagSession", role))
    if parameters.get("SourceIdentity"):
        found.append(Check("sts:SetSourceIdentity", role))
    return found


def _associate_web_acl(parameters: Parameters, place: Place) -> list[Check]:
    balancer = str(parameters.get("ResourceArn") or "*")
    found = [Check("wafv2:AssociateWebACL", resources.of("wafv2", "AssociateWebACL", parameters, place))]
    return [*found, Check("elasticloadbalancing:SetWebAcl", (balancer,))] if ":loadbalancer/" in balancer else found


def _transact(parameters: Parameters, place: Place) -> list[Check]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html"""
    names = {
        "Put": "PutItem",
        "Update": "UpdateItem",
        "Delete": "DeleteItem",
        "ConditionCheck": "ConditionCheckItem",
        "Get": "GetItem",
    }
    return [
        Check(
            f"dynamodb:{names.get(kind, kind + 'Item')}",
            resources.of("dynamodb", names.get(kind, kind + "Item"), part, place),
        )
        for item in _list(parameters, "TransactItems")
        for kind, part in item.items()
    ]


_SPECIAL: dict[tuple[str, str], Callable[[Parameters, Place], list[Check]]] = {
    ("s3", "CopyObject"): _copy,
    ("s3", "UploadPartCopy"): _copy,
    ("s3", "DeleteObjects"): _delete_objects,
    ("s3", "ListBuckets"): _list_buckets,
    ("kms", "ReEncrypt"): _re_encrypt,
    ("sts", "AssumeRole"): _assume,
    ("wafv2", "AssociateWebACL"): _associate_web_acl,
    ("dynamodb", "TransactWriteItems"): _transact,
    ("dynamodb", "TransactGetItems"): _transact,
}
