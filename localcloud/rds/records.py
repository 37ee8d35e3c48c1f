"""State that the emulated RDS keeps beside moto's own: plain picklable values, attached to moto's objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BACKUPS = "localcloud_automated_backups"
#: Attribute of moto's DBInstance and DBSnapshot under which the record stands.
RECORD = "localcloud"


@dataclass
class Job:
    """Work behind a request that is under way; run anew from its beginning when the cloud was stopped meanwhile."""

    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass
class InstanceRecord:
    """What is known of an instance beyond moto's attributes. applied: parameter values that the running server has."""

    resource_id: str
    job: Job | None = None
    port: int | None = None
    running: bool = False
    pending: dict[str, Any] = field(default_factory=dict)
    applied_group: str = ""
    applied: dict[str, str] = field(default_factory=dict)
    source_resource_id: str | None = None
    source_arn: str | None = None
    minimums: dict[str, int] = field(default_factory=dict)
    insights: dict[str, Any] = field(default_factory=dict)
    managed_secret: dict[str, str] | None = None
    reason: str = ""
    restart_time: datetime | None = None

    @property
    def cluster(self) -> str:
        """Name of the cluster of the engine."""
        return self.resource_id.lower()


@dataclass
class SnapshotRecord:
    """What a snapshot holds. data: folder below the home; settings: those of its instance at that time.

    archive: that of the automated backup which it is part of, None for a manual one.
    """

    data: str
    settings: dict[str, Any]
    archive: str | None = None
    copy_of: str | None = None
    source_region: str | None = None


@dataclass
class AutomatedBackup:
    """Automated backups of one instance in one region. archive: folder below the home with base backups and WAL.

    status: creating, active or retained; of a copy pending, replicating or retained. source_arn: ARN of the backup that this
    one is a copy of in another region.
    """

    arn: str
    archive: str
    resource_id: str
    instance_arn: str
    instance_region: str
    status: str
    retention: int
    settings: dict[str, Any]
    tags: list[dict[str, str]] = field(default_factory=list)
    kms_key_id: str | None = None
    replicas: list[str] = field(default_factory=list)
    source_arn: str | None = None
    source_archive: str | None = None
    #: Of an engine without a server, which has no archive: from when on it can be restored.
    since: datetime | None = None


#: Attributes of an instance that a restore starts from, by the name of moto's constructor argument.
SETTINGS = (
    "db_instance_identifier",
    "db_instance_class",
    "engine",
    "engine_version",
    "allocated_storage",
    "max_allocated_storage",
    "storage_type",
    "iops",
    "storage_encrypted",
    "kms_key_id",
    "backup_retention_period",
    "preferred_backup_window",
    "master_username",
    "db_name",
    "license_model",
    "port",
    "availability_zone",
    "option_group_name",
)


def settings_of(instance: Any) -> dict[str, Any]:
    """The settings of an instance that outlive it in its snapshots and backups."""
    found = {name: getattr(instance, name) for name in SETTINGS}
    found |= {
        "storage_throughput": instance.storage_throughput,
        "instance_create_time": instance.instance_create_time,
        "iam": bool(instance.enable_iam_database_authentication),
        "vpc_id": instance.db_subnet_group.vpc_id,
        "tags": list(instance.tags),
        "resource_id": record_of(instance).resource_id,
    }
    return found


def record_of(thing: Any) -> Any:
    """The record of an instance or snapshot. AttributeError for one that RDS for PostgreSQL did not make."""
    return getattr(thing, RECORD)


def is_ours(thing: Any) -> bool:
    """Whether a real cluster stands behind an instance or snapshot."""
    return hasattr(thing, RECORD)


def backups_of(backend: Any) -> dict[str, AutomatedBackup]:
    """Automated backups of a region by ARN; part of the backend, so that moto's reset and persistence include them."""
    return backend.__dict__.setdefault(BACKUPS, {})
