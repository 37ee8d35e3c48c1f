"""What is known of AWS actions by their names: pure, no botocore."""

from __future__ import annotations

#: Actions whose names start so only read; the same rule as CloudTrail's readOnly for nearly all services:
#: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
_READING_PREFIXES = (
    "Describe", "List", "Get", "Head", "Lookup", "Search", "BatchGet", "BatchCheck", "BatchDescribe", "Query", "Scan", "Select",
    "Simulate", "Preview", "Check", "Validate", "Test", "Estimate", "Filter", "Download", "Decode", "Discover",
)  # fmt: skip
_READING = {
    ("kms", "Decrypt"), ("kms", "Encrypt"), ("kms", "GenerateDataKey"), ("kms", "GenerateDataKeyPair"),
    ("kms", "GenerateDataKeyPairWithoutPlaintext"), ("kms", "GenerateDataKeyWithoutPlaintext"), ("kms", "GenerateMac"),
    ("kms", "GenerateRandom"), ("kms", "ReEncrypt"), ("kms", "Sign"), ("kms", "Verify"), ("kms", "VerifyMac"),
    ("sts", "AssumeRole"), ("sts", "AssumeRoleWithSAML"), ("sts", "AssumeRoleWithWebIdentity"),
    ("logs", "StartQuery"), ("logs", "StopQuery"), ("logs", "StartLiveTail"),
    ("iam", "GenerateCredentialReport"), ("eks-auth", "AssumeRoleForPodIdentity"),
}  # fmt: skip
_READING_BUT_KEPT = {
    ("sts", "AssumeRole"), ("sts", "AssumeRoleWithSAML"), ("sts", "AssumeRoleWithWebIdentity"), ("sts", "GetSessionToken"),
    ("sts", "GetFederationToken"), ("iam", "GenerateCredentialReport"), ("logs", "StartQuery"),
    ("eks-auth", "AssumeRoleForPodIdentity"),
}  # fmt: skip
#: Actions of the key also change state of these services in moto, which is then kept too.
_SIDE_EFFECTS = {
    "autoscaling": ("ec2", "elb", "elbv2"),
    "eks": ("ec2", "iam", "autoscaling"),
    "elbv2": ("ec2",),
    "events": ("logs", "sqs"),
    "rds": ("ec2", "secretsmanager"),
    "s3": ("events", "sns", "sqs"),
    "sns": ("sqs",),
    "sts": ("iam",),
    "efs": ("ec2",),
    "cloudtrail": ("s3",),
}
#: AWS signing name -> boto3 service, where they differ.
_SIGNING_NAMES = {
    "access-analyzer": "accessanalyzer",
    "monitoring": "cloudwatch",
    "elasticloadbalancing": "elbv2",
    "email": "ses",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
    "es": "opensearch",
    "eventbridge": "events",
    "elasticfilesystem": "efs",
    "elasticmapreduce": "emr",
}


def is_mutating(service: str, action: str) -> bool:
    """Whether `action` of the boto3 service `service` changes something that its caller can see."""
    if (service, action) in _READING:
        return False
    if service == "sqs" and action == "ReceiveMessage":
        return True
    return not action.startswith(_READING_PREFIXES)


def changes_state(service: str, action: str) -> bool:
    """Whether emulated state differs after `action`: what is mutating, and sessions that a reading action opens."""
    return (service, action) in _READING_BUT_KEPT or is_mutating(service, action)


def touched_services(service: str) -> tuple[str, ...]:
    """The services whose state a changing action of `service` may change: itself first."""
    return (service, *_SIDE_EFFECTS.get(service, ()))


def service_of_signing_name(signing_name: str, *, path: str = "/", version: str = "", host: str = "") -> str:
    """The boto3 service of a signature's scope; services that share a name are told apart by path and API version."""
    name = signing_name.lower()
    if name == "s3" and (path.startswith("/v20180820/") or "s3-control" in host):
        return "s3control"
    if name == "elasticloadbalancing" and version == "2012-06-01":
        return "elb"
    if name == "es" and path.startswith("/2015-01-01/"):
        return "es"
    if name == "ses" and path.startswith("/v2/"):
        return "sesv2"
    return _SIGNING_NAMES.get(name, name)
