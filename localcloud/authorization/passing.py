"""Roles that a request hands to a service (iam:PassRole), and keys that a service uses in the caller's name: pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Parameters = Mapping[str, Any]

_PODS, _MONITORING = "pods.eks.amazonaws.com", "monitoring.rds.amazonaws.com"
_RDS_MAKING = (
    "CreateDBInstance", "ModifyDBInstance", "CreateDBInstanceReadReplica", "RestoreDBInstanceFromDBSnapshot",
    "RestoreDBInstanceToPointInTime", "RestoreDBInstanceFromS3",
)  # fmt: skip
#: (service, operation) -> (path of the parameter, service that gets the role). `[]` stands for each of a list.
ROLES: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("eks", "CreateCluster"): (("roleArn", "eks.amazonaws.com"),),
    ("eks", "CreateNodegroup"): (("nodeRole", "ec2.amazonaws.com"),),
    ("eks", "CreateFargateProfile"): (("podExecutionRoleArn", "eks-fargate-pods.amazonaws.com"),),
    ("eks", "CreatePodIdentityAssociation"): (("roleArn", _PODS), ("targetRoleArn", _PODS)),
    ("eks", "UpdatePodIdentityAssociation"): (("roleArn", _PODS), ("targetRoleArn", _PODS)),
    ("eks", "CreateAddon"): (
        ("serviceAccountRoleArn", "eks.amazonaws.com"),
        ("podIdentityAssociations.[].roleArn", _PODS),
    ),
    ("eks", "UpdateAddon"): (
        ("serviceAccountRoleArn", "eks.amazonaws.com"),
        ("podIdentityAssociations.[].roleArn", _PODS),
    ),
    ("rds", "AddRoleToDBInstance"): (("RoleArn", "rds.amazonaws.com"),),
    ("rds", "StartExportTask"): (("IamRoleArn", "export.rds.amazonaws.com"),),
    ("s3", "PutBucketReplication"): (("ReplicationConfiguration.Role", "s3.amazonaws.com"),),
    ("ec2", "CreateFlowLogs"): (("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),),
    ("cloudtrail", "CreateTrail"): (("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),),
    ("cloudtrail", "UpdateTrail"): (("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),),
    ("config", "PutConfigurationRecorder"): (("ConfigurationRecorder.roleARN", "config.amazonaws.com"),),
    ("backup", "CreateBackupSelection"): (("BackupSelection.IamRoleArn", "backup.amazonaws.com"),),
    ("backup", "StartBackupJob"): (("IamRoleArn", "backup.amazonaws.com"),),
    ("backup", "StartCopyJob"): (("IamRoleArn", "backup.amazonaws.com"),),
    ("backup", "StartRestoreJob"): (("IamRoleArn", "backup.amazonaws.com"),),
    ("backup", "CreateRestoreTestingSelection"): (("RestoreTestingSelection.IamRoleArn", "backup.amazonaws.com"),),
    ("budgets", "CreateBudgetAction"): (("ExecutionRoleArn", "budgets.amazonaws.com"),),
    ("events", "PutRule"): (("RoleArn", "events.amazonaws.com"),),
    ("events", "PutTargets"): (("Targets.[].RoleArn", "events.amazonaws.com"),),
    ("iam", "AddRoleToInstanceProfile"): (("RoleName", "ec2.amazonaws.com"),),
    ("lambda", "CreateFunction"): (("Role", "lambda.amazonaws.com"),),
    ("lambda", "UpdateFunctionConfiguration"): (("Role", "lambda.amazonaws.com"),),
    ("logs", "PutSubscriptionFilter"): (("roleArn", "logs.amazonaws.com"),),
    ("logs", "PutDestination"): (("roleArn", "logs.amazonaws.com"),),
    ("scheduler", "CreateSchedule"): (("Target.RoleArn", "scheduler.amazonaws.com"),),
    ("scheduler", "UpdateSchedule"): (("Target.RoleArn", "scheduler.amazonaws.com"),),
    ("opensearch", "CreateDomain"): (("CognitoOptions.RoleArn", "es.amazonaws.com"),),
    **{("rds", operation): (("MonitoringRoleArn", _MONITORING),) for operation in _RDS_MAKING},
}

_GRANT = ("DescribeKey", "CreateGrant")
#: (service, operation) -> (path of the key's parameter, actions on the key, service that acts in the caller's name).
KEYS: dict[tuple[str, str], tuple[tuple[str, tuple[str, ...], str], ...]] = {
    **{
        ("rds", operation): (("KmsKeyId", _GRANT, "rds"), ("MasterUserSecretKmsKeyId", _GRANT, "secretsmanager"))
        for operation in _RDS_MAKING
    },
    ("rds", "CopyDBSnapshot"): (("KmsKeyId", _GRANT, "rds"),),
    ("rds", "StartDBInstanceAutomatedBackupsReplication"): (("KmsKeyId", _GRANT, "rds"),),
    ("ecr", "CreateRepository"): (("encryptionConfiguration.kmsKey", _GRANT, "ecr"),),
    ("eks", "CreateCluster"): (("encryptionConfig.[].provider.keyArn", _GRANT, "eks"),),
    ("eks", "AssociateEncryptionConfig"): (("encryptionConfig.[].provider.keyArn", _GRANT, "eks"),),
    ("opensearch", "CreateDomain"): (("EncryptionAtRestOptions.KmsKeyId", _GRANT, "es"),),
    ("dynamodb", "CreateTable"): (("SSESpecification.KMSMasterKeyId", _GRANT, "dynamodb"),),
    ("ec2", "CreateVolume"): (("KmsKeyId", (*_GRANT, "GenerateDataKeyWithoutPlaintext"), "ec2"),),
    ("secretsmanager", "CreateSecret"): (("KmsKeyId", ("GenerateDataKey", "Decrypt"), "secretsmanager"),),
    ("backup", "CreateBackupVault"): (("EncryptionKeyArn", _GRANT, "backup"),),
}


def roles(service: str, operation: str, parameters: Parameters) -> list[tuple[str, str]]:
    """(role ARN or name, service that gets it) for each role in the request."""
    return [
        (str(value), receiver)
        for path, receiver in ROLES.get((service, operation), ())
        for value in _values(parameters, path.split("."))
    ]


def keys(service: str, operation: str, parameters: Parameters) -> list[tuple[str, tuple[str, ...], str]]:
    """(key as the request names it, actions, service that acts) for each KMS key in the request."""
    if operation in _RDS_MAKING and "StorageEncrypted" in parameters and not parameters["StorageEncrypted"]:
        return []
    return [
        (str(value), actions, acting)
        for path, actions, acting in KEYS.get((service, operation), ())
        for value in _values(parameters, path.split("."))
    ]


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        if value:
            yield value
    elif path[0] == "[]":
        for each in value if isinstance(value, list) else []:
            yield from _values(each, path[1:])
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _values(value[path[0]], path[1:])
