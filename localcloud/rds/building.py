"""Turns a request, and what it starts from, into an instance: checks, defaults, and what RDS resets on a restore.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
"""

from __future__ import annotations

import re
import secrets
import string
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.models import DBInstance, DBSubnetGroup, RDSBackend

from localcloud.rds import catalogue, engines, errors
from localcloud.rds.engines import Engine
from localcloud.rds.records import RECORD, InstanceRecord
from localcloud.rds.service import Rds

Params = dict[str, Any]
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.Constraints
_RESERVED_USERS = frozenset(
    {"admin", "rdsadmin", "rdsrepladmin", "rds_superuser", "rds_replication", "rds_iam", "public"}
)
_IDENTIFIER = re.compile(r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]|[a-zA-Z]")
_MINIMUM_STORAGE = {"gp3": 20, "io1": 100, "io2": 100, "standard": 10}


# -- checks -----------------------------------------------------------------------------------------------------------


def check_identifier(backend: RDSBackend, name: str) -> str:
    """The identifier in lower case, if it is well-formed and free."""
    if not _IDENTIFIER.fullmatch(name):
        raise errors.value(
            "The parameter DBInstanceIdentifier is not a valid identifier. Identifiers must begin with a letter; must "
            "contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive "
            "hyphens."
        )
    if name in backend.databases:
        raise errors.error("DBInstanceAlreadyExists", "DB instance already exists")
    return name.lower()


def check_class(name: str) -> str:
    """The instance class, if RDS offers it."""
    if catalogue.class_memory_gib(name) is None:
        raise errors.value(f"Invalid DB Instance class: {name}")
    return name


def check_version(asked: str | None, engine: Engine, default_major: str | None = None) -> str:
    """The full engine version."""
    version = engine.resolve(asked, default_major)
    if version is None:
        raise errors.combination(f"Cannot find version {asked} for {engine.name}")
    return version


def check_retention(days: int) -> int:
    """The retention period in days, from 0 to 35."""
    if not 0 <= days <= 35:
        raise errors.value("Invalid backup retention period. Must be between 0 and 35.")
    return days


def check_password(password: str, engine: Engine) -> str:
    """The master password, if RDS takes it."""
    if not 8 <= len(password) <= engine.longest_password:
        raise errors.value(
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters "
            f"or longer than {engine.longest_password}."
        )
    if set(password) & set('/"@ ') or not password.isprintable():
        raise errors.value(
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', "
            "'\"', ' ' may be used."
        )
    return password


def check_user(name: str | None, engine: Engine) -> str:
    """The master user name, if RDS takes it."""
    if not name:
        raise errors.value("The parameter MasterUsername must be provided and must not be blank.")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or len(name) > engine.longest_user:
        raise errors.value(
            f"The parameter MasterUsername must be 1 to {engine.longest_user} letters, digits or underscores, a letter "
            "first."
        )
    if name.lower() in _RESERVED_USERS or name.lower().startswith("pg_"):
        raise errors.value(f"MasterUsername {name} cannot be used as it is a reserved word used by the engine")
    return name


def check_group(backend: RDSBackend, name: str | None, version: str, engine: Engine) -> str | None:
    """The parameter group name, if it exists and fits the engine version."""
    if name is None:
        return None
    family = engine.family(version)
    if name == f"default.{family}":
        return name
    if name not in backend.db_parameter_groups:
        raise errors.error("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}")
    found = backend.db_parameter_groups[name].family
    if found != family:
        raise errors.combination(
            f"The Parameter Group {name} with DBParameterGroupFamily {found} can't be used for this instance. "
            f"Please use a Parameter Group with DBParameterGroupFamily {family}"
        )
    return str(name)


def check_key(backend: RDSBackend, key: str | None) -> str:
    """ARN of an enabled KMS key of the region; the account's key for RDS when none is named."""
    name = key or "alias/aws/rds"
    try:
        arn = backend._validate_kms_key(name)
    except KeyError:
        raise errors.no_key(name) from None
    if backend.kms.describe_key(arn).key_state != "Enabled":
        raise errors.no_key(name)
    return arn


def check_security_groups(backend: RDSBackend, groups: list[str]) -> list[str]:
    """The security groups, if EC2 has them."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    for group in groups:
        if ec2.get_security_group_from_id(group) is None:
            raise errors.value(f"Invalid security group , groupId= {group}, groupName=.")
    return groups


def subnet_group(backend: RDSBackend, name: str | None) -> str:
    """The subnet group by that name; for none the region's `default`, made from the default VPC on first use."""
    if name is not None:
        if name not in backend.subnet_groups:
            raise errors.error("DBSubnetGroupNotFoundFault", f"DBSubnetGroup not found: {name}")
        return name.lower()
    if "default" not in backend.subnet_groups:
        ec2 = ec2_backends[backend.account_id][backend.region_name]
        vpc = next((vpc for vpc in ec2.vpcs.values() if vpc.is_default in {True, "true"}), None)
        subnets = [] if vpc is None else [s for s in ec2.describe_subnets() if s.vpc_id == vpc.id]
        if not subnets:
            raise errors.error(
                "InvalidSubnet",
                "No default subnet detected in VPC. Please contact AWS Support to recreate the default Subnets.",
            )
        backend.subnet_groups["default"] = DBSubnetGroup(  # type: ignore[abstract]
            backend, "default", "default", subnets, []
        )
    return "default"


def check_storage(storage_type: str, allocated: int, iops: int | None, engine: Engine) -> None:
    """Whether RDS makes a volume like that."""
    if storage_type not in catalogue.STORAGE_TYPES:
        raise errors.value(f"Invalid storage type: {storage_type}")
    least = engine.least_gp2 if storage_type == "gp2" else _MINIMUM_STORAGE[storage_type]
    if not least <= allocated <= 65536:
        raise errors.combination(
            f"Invalid storage size for engine name {engine.name} and storage type {storage_type}: {allocated}"
        )
    if storage_type in {"io1", "io2"} and not iops:
        raise errors.combination(f"You must specify a value for Iops with storage type {storage_type}.")
    if storage_type == "gp3" and allocated < 400 and iops not in {None, 3000}:
        raise errors.combination(
            f"You can't specify IOPS or storage throughput for engine {engine.name} and a storage size less than 400."
        )


# -- building ---------------------------------------------------------------------------------------------------------


def build(rds: Rds, backend: RDSBackend, params: Params, source: dict[str, Any]) -> DBInstance:
    """An instance from the request's parameters; what they leave open comes from `source`, else from RDS's defaults.

    source: settings that RDS keeps (class, version, storage, retention …); what it resets is not in them.
    """
    engine = engines.ENGINES[source.get("engine") or params["Engine"]]
    default_major = str(rds.site.binaries.major) if engine.served else None
    version = source.get("engine_version") or check_version(params.get("EngineVersion"), engine, default_major)
    storage = _storage(params, source, engine)
    group = subnet_group(backend, params.get("DBSubnetGroupName"))
    windows: dict[str, Any] = _windows(params, source)
    kms_key_id = source["kms_key_id"] if "kms_key_id" in source else _key(backend, params)
    db = DBInstance(  # type: ignore[abstract]
        backend,
        db_instance_identifier=params["identifier"],
        db_instance_class=check_class(params.get("DBInstanceClass") or source.get("db_instance_class", "")),
        engine=engine.name,
        engine_version=version,
        port=params.get("Port") or source.get("port") or engine.port,
        backup_retention_period=check_retention(
            params["BackupRetentionPeriod"]
            if params.get("BackupRetentionPeriod") is not None
            else source.get("backup_retention_period", 1)
        ),
        auto_minor_version_upgrade=params.get("AutoMinorVersionUpgrade", True),
        db_name=params.get("DBName") or source.get("db_name"),
        db_subnet_group_name=group,
        db_parameter_group_name=check_group(backend, params.get("DBParameterGroupName"), version, engine),
        copy_tags_to_snapshot=params.get("CopyTagsToSnapshot", False),
        master_username=source.get("master_username") or params.get("MasterUsername"),
        multi_az=params.get("MultiAZ", False),
        license_model=engine.license,
        publicly_accessible=params.get("PubliclyAccessible", False),
        storage_encrypted=kms_key_id is not None,
        kms_key_id=kms_key_id,
        tags=[{"Key": tag["Key"], "Value": tag["Value"]} for tag in params.get("Tags", [])],
        vpc_security_group_ids=_security_groups(backend, params, group),
        deletion_protection=params.get("DeletionProtection", False),
        option_group_name=None,
        enable_cloudwatch_logs_exports=log_types(params.get("EnableCloudwatchLogsExports", []), engine),
        ca_certificate_identifier=params.get("CACertificateIdentifier", catalogue.CERTIFICATE_AUTHORITIES[0]),
        availability_zone=params.get("AvailabilityZone") or _zone(backend, group),
        monitoring_interval=params.get("MonitoringInterval", 0),
        monitoring_role_arn=params.get("MonitoringRoleArn"),
        enable_iam_database_authentication=params.get("EnableIAMDatabaseAuthentication", False),
        **storage,
        **windows,
    )
    db.dbi_resource_id = "db-" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(26))
    db.status = "creating"
    record = InstanceRecord(db.dbi_resource_id, insights=insights(backend, params))
    setattr(db, RECORD, record)
    return db


def _storage(params: Params, source: dict[str, Any], engine: Engine) -> dict[str, Any]:
    storage_type = params.get("StorageType") or ("io1" if params.get("Iops") else engine.storage_type)
    allocated = params.get("AllocatedStorage") or source.get("allocated_storage")
    if allocated is None:
        raise errors.combination("The parameter AllocatedStorage must be provided and must not be blank.")
    if allocated < source.get("allocated_storage", 0):
        raise errors.value("The allocated storage size can't be less than the source snapshot or backup size.")
    check_storage(storage_type, allocated, params.get("Iops"), engine)
    iops, throughput = catalogue.default_storage(storage_type, allocated)
    maximum = params.get("MaxAllocatedStorage")
    if maximum is not None and maximum < allocated:
        raise errors.combination("Max storage size must be greater than storage size")
    return {
        "storage_type": storage_type,
        "allocated_storage": allocated,
        "max_allocated_storage": maximum,
        "iops": params.get("Iops") or iops,
        "storage_throughput": params.get("StorageThroughput") or throughput,
    }


def _windows(params: Params, source: dict[str, Any]) -> dict[str, str]:
    backup = params.get("PreferredBackupWindow") or source.get("preferred_backup_window")
    maintenance = params.get("PreferredMaintenanceWindow")
    if backup is None:
        hour = int(maintenance[4:6]) if maintenance else 4
        backup = f"{(hour + 6) % 24:02d}:00-{(hour + 6) % 24:02d}:30"
    if maintenance is None:
        hour = (int(backup[:2]) + 4) % 23
        maintenance = f"sun:{hour:02d}:15-sun:{hour:02d}:45"
    return {"preferred_backup_window": backup, "preferred_maintenance_window": maintenance.lower()}


def _key(backend: RDSBackend, params: Params) -> str | None:
    if params.get("StorageEncrypted") or params.get("KmsKeyId"):
        return check_key(backend, params.get("KmsKeyId"))
    return None


def _security_groups(backend: RDSBackend, params: Params, group: str) -> list[str]:
    if params.get("VpcSecurityGroupIds"):
        return check_security_groups(backend, list(params["VpcSecurityGroupIds"]))
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    default = ec2.get_default_security_group(backend.subnet_groups[group].vpc_id)
    if default is None:
        raise errors.error(
            "InvalidVPCNetworkStateFault", f"VPC {backend.subnet_groups[group].vpc_id} has no default group"
        )
    return [str(default.id)]


def _zone(backend: RDSBackend, group: str) -> str:
    return min(subnet["SubnetAvailabilityZone"]["Name"] for subnet in backend.subnet_groups[group].subnets)


def log_types(names: list[str], engine: Engine) -> list[str]:
    unknown = sorted(set(names) - set(engine.log_types))
    if unknown:
        raise errors.combination(
            f"You cannot use the log types '{', '.join(unknown)}' with engine version {engine.name}."
        )
    return list(names)


def insights(backend: RDSBackend, params: Params) -> dict[str, Any]:
    if not params.get("EnablePerformanceInsights"):
        return {}
    return {
        "enabled": True,
        "kms_key_id": check_key(backend, params.get("PerformanceInsightsKMSKeyId")),
        "retention": params.get("PerformanceInsightsRetentionPeriod", 7),
    }
