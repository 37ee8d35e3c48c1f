"""What services do in the caller's name, with the caller's permissions: use of keys behind resources, delivery of logs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html#logging-cw-logs-permissions
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html#standard-logging-permissions
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-permissions
https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-basics
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localcloud.authorization import lookup, passing, resources, tags
from localcloud.authorization.checks import Check
from localcloud.authorization.resources import Place

Parameters = Mapping[str, Any]
_WRITE, _READ = ("GenerateDataKey",), ("Decrypt",)
_BOTH = (*_WRITE, *_READ)


def of(service: str, operation: str, parameters: Parameters, place: Place) -> list[Check]:
    """The checks on keys of the account and on log deliveries that a request leads to.

    AWS's own keys (`alias/aws/…`) need no permission.
    """
    wanted = passing.keys(service, operation, parameters)
    behind = _BEHIND.get((service, operation))
    if behind is not None:
        finder, actions = behind
        key = finder(parameters, place)
        wanted += [(key, actions, service)] if key else []
    found = []
    for key, actions, acting in wanted:
        (arn,) = resources.of("kms", "DescribeKey", {"KeyId": key}, place)
        settled = lookup.settle(arn)
        if any(alias.startswith("alias/aws/") for alias in lookup.aliases_of(settled)) or "key/alias/aws/" in arn:
            continue
        keys = {
            "kms:viaservice": (f"{acting}.{place.region}.amazonaws.com",),
            "aws:viaawsservice": ("true",),
            "aws:calledvia": (f"{acting}.amazonaws.com",),
            "kms:grantisforawsresource": ("true",),
        }
        found += [Check(f"kms:{action}", (settled,), keys) for action in actions]
    others = [*_deliveries(service, operation, parameters), *_password(service, operation, parameters, place)]
    return [*found, *others, *_nodes(service, operation, parameters, place)]


def _password(service: str, operation: str, parameters: Parameters, place: Place) -> list[Check]:
    """RDS keeps the password in a secret that it makes in the caller's name."""
    if service != "rds" or not parameters.get("ManageMasterUserPassword"):
        return []
    secret = f"arn:aws:secretsmanager:{place.region}:{place.account}:secret:rds!db-*"
    return [Check(f"secretsmanager:{action}", (secret,)) for action in ("CreateSecret", "TagResource")]


def _nodes(service: str, operation: str, parameters: Parameters, place: Place) -> list[Check]:
    """EKS asks whether the caller may start what a launch template describes."""
    template = parameters.get("launchTemplate") or {}
    if (service, operation) not in _STARTING or not template:
        return []
    arn = f"arn:aws:ec2:{place.region}:{place.account}:launch-template/{template.get('id') or '*'}"
    return [Check("ec2:RunInstances", (arn,), {"ec2:launchtemplate": (arn,)})]


def _deliveries(service: str, operation: str, parameters: Parameters) -> list[Check]:
    source = str(parameters.get("resourceArn") or "")
    if (service, operation) == ("logs", "PutDeliverySource") and source.startswith("arn:aws:cloudfront:"):
        return [Check("cloudfront:AllowVendedLogDeliveryForResource", (source,))]
    return [Check(f"logs:{action}", resources.EVERYTHING) for action in _DELIVERIES.get((service, operation), ())]


def _s3_write(parameters: Parameters, place: Place) -> str | None:
    """The key of the request, else of the bucket's default encryption."""
    if parameters.get("ServerSideEncryption"):
        return parameters.get("SSEKMSKeyId") if "kms" in str(parameters["ServerSideEncryption"]) else None
    bucket = _bucket(parameters, place)
    rules = (getattr(bucket, "encryption", None) or {}).get("Rule") or {}
    default = (rules[0] if isinstance(rules, list) else rules).get("ApplyServerSideEncryptionByDefault") or {}
    return default.get("KMSMasterKeyID")


def _s3_read(parameters: Parameters, place: Place) -> str | None:
    bucket = _bucket(parameters, place)
    if bucket is None:
        return None
    version = parameters.get("VersionId")
    versions = bucket.keys.getlist(parameters.get("Key"), [])
    held = [each for each in versions if version is None or getattr(each, "version_id", None) == version]
    key: str | None = getattr(held[-1], "kms_key_id", None) if held else None
    return key


def _bucket(parameters: Parameters, place: Place) -> Any:
    return tags.backend("s3", place.account, place.region).buckets.get(parameters.get("Bucket"))


def _secret(parameters: Parameters, place: Place) -> str | None:
    (arn,) = resources.of("secretsmanager", "GetSecretValue", parameters, place)
    settled = lookup.settle(arn)
    found = tags.backend("secretsmanager", place.account, place.region).secrets.values()
    return next((each.kms_key_id for each in list(found) if each.arn == settled), None)


def _queue(parameters: Parameters, place: Place) -> str | None:
    name = str(parameters.get("QueueUrl", "")).rpartition("/")[2]
    queue = tags.backend("sqs", place.account, place.region).queues.get(name)
    return getattr(queue, "kms_master_key_id", None)


def _topic(parameters: Parameters, place: Place) -> str | None:
    topic = tags.backend("sns", place.account, place.region).topics.get(parameters.get("TopicArn"))
    return getattr(topic, "kms_master_key_id", None)


def _parameter_write(parameters: Parameters, place: Place) -> str | None:
    return parameters.get("KeyId") if parameters.get("Type") == "SecureString" else None


def _parameter_read(parameters: Parameters, place: Place) -> str | None:
    """The key of the first encrypted parameter that is asked for in the clear."""
    if not parameters.get("WithDecryption"):
        return None
    stored = tags.backend("ssm", place.account, place.region)._parameters
    held = [versions[-1] for versions in list(stored.values()) if versions]
    names = {str(name).lstrip("/") for name in [parameters.get("Name"), *parameters.get("Names", [])] if name}
    path = f"{parameters['Path'].rstrip('/')}/" if parameters.get("Path") else None
    wanted = [each for each in held if each.name.lstrip("/") in names or (path and each.name.startswith(path))]
    return next((each.keyid for each in wanted if each.parameter_type == "SecureString"), None)


_STARTING = {("eks", "CreateNodegroup"), ("eks", "UpdateNodegroupVersion")}
#: What WAF asks of CloudWatch Logs in the caller's name.
_DELIVERIES = {
    ("wafv2", "PutLoggingConfiguration"): ("CreateLogDelivery", "DescribeResourcePolicies", "PutResourcePolicy"),
    ("wafv2", "DeleteLoggingConfiguration"): ("DeleteLogDelivery",),
}

Finder = Callable[[Parameters, Place], str | None]
_BEHIND: dict[tuple[str, str], tuple[Finder, tuple[str, ...]]] = {
    ("s3", "PutObject"): (_s3_write, _WRITE),
    ("s3", "CopyObject"): (_s3_write, _WRITE),
    ("s3", "CreateMultipartUpload"): (_s3_write, _WRITE),
    ("s3", "UploadPart"): (_s3_write, _BOTH),
    ("s3", "CompleteMultipartUpload"): (_s3_write, _READ),
    ("s3", "GetObject"): (_s3_read, _READ),
    ("secretsmanager", "GetSecretValue"): (_secret, _READ),
    ("secretsmanager", "PutSecretValue"): (_secret, _BOTH),
    ("sqs", "SendMessage"): (_queue, _BOTH),
    ("sqs", "SendMessageBatch"): (_queue, _BOTH),
    ("sqs", "ReceiveMessage"): (_queue, _READ),
    ("sns", "Publish"): (_topic, _BOTH),
    ("ssm", "PutParameter"): (_parameter_write, ("Encrypt",)),
    ("ssm", "GetParameter"): (_parameter_read, _READ),
    ("ssm", "GetParameters"): (_parameter_read, _READ),
    ("ssm", "GetParametersByPath"): (_parameter_read, _READ),
}
