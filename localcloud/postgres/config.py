"""postgresql.conf and pg_hba.conf of a cluster, as text: what the engine decides, then what the parameter group says."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ADMIN = "rdsadmin"
REPLICATION = "rdsrepladmin"

#: Parameters of a group that are kept and shown, and not handed to the server: the engine sets them for this machine.
#: shared_buffers and its like are sized for the instance class, which this machine is not.
WITHHELD = frozenset(
    {
        "archive_command",
        "archive_library",
        "archive_mode",
        "archive_timeout",
        "autovacuum_work_mem",
        "config_file",
        "data_directory",
        "dynamic_shared_memory_type",
        "effective_cache_size",
        "external_pid_file",
        "fsync",
        "hba_file",
        "hot_standby",
        "huge_pages",
        "ident_file",
        "listen_addresses",
        "log_destination",
        "log_directory",
        "log_filename",
        "log_line_prefix",
        "logging_collector",
        "maintenance_work_mem",
        "max_wal_size",
        "min_wal_size",
        "port",
        "primary_conninfo",
        "primary_slot_name",
        "restore_command",
        "shared_buffers",
        "shared_memory_type",
        "ssl",
        "ssl_ca_file",
        "ssl_cert_file",
        "ssl_key_file",
        "superuser_reserved_connections",
        "unix_socket_directories",
        "wal_level",
        "wal_log_hints",
    }
)
#: A standby, or a recovery that is open for reading, must not have less of these than the server whose WAL it replays:
#: https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN
NOT_LESS_THAN_SOURCE = (
    "max_connections",
    "max_worker_processes",
    "max_wal_senders",
    "max_prepared_transactions",
    "max_locks_per_transaction",
)
#: Libraries that servers built from the plain source distribution have; a group may name others that RDS has built in.
PLAIN_LIBRARIES = frozenset({"pg_stat_statements", "auto_explain", "pg_prewarm", "pgcrypto"})


@dataclass(frozen=True)
class Recovery:
    """How a copy comes up. archive: folder of its WAL segments; until: the last moment whose commits it shall have.

    Without `until` all of the archive is replayed.
    """

    archive: Path
    until: datetime | None = None


@dataclass(frozen=True)
class Standby:
    """A streaming standby of the server on `port`; archive: WAL segments that the source no longer has, or None."""

    port: int
    password: str
    application: str
    archive: Path | None = None


@dataclass(frozen=True)
class ServerConfig:
    """All of a cluster's configuration. parameters: effective values of its parameter group, by RDS name."""

    data: Path
    folder: Path
    port: int
    tls: bool
    parameters: Mapping[str, str] = field(default_factory=dict)
    wal_archive: Path | None = None
    recovery: Recovery | None = None
    standby: Standby | None = None
    libraries: frozenset[str] = PLAIN_LIBRARIES


def force_ssl(config: ServerConfig) -> bool:
    """Whether plain connections are refused: `rds.force_ssl`, 1 by default from PostgreSQL 15 on.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
    """
    return config.tls and config.parameters.get("rds.force_ssl", "1") == "1"


def postgresql_conf(config: ServerConfig) -> str:
    """The text of postgresql.conf. Later lines win, so the engine's own stand below the group's."""
    lines = [f"{name} = {quote(value)}" for name, value in sorted(group_settings(config).items())]
    lines += [f"{name} = {quote(value)}" for name, value in engine_settings(config).items()]
    return "\n".join(lines) + "\n"


def group_settings(config: ServerConfig) -> dict[str, str]:
    """What of the parameter group is handed to the server: no `rds.` names, no formulas over the instance class."""
    found = {}
    for name, value in config.parameters.items():
        if name in WITHHELD or name.startswith("rds.") or "{" in value:
            continue
        found[name] = _libraries(value, config.libraries) if name == "shared_preload_libraries" else value
    return found


def engine_settings(config: ServerConfig) -> dict[str, str]:
    """What the engine decides whatever the group says.

    fsync is off: a killed process loses nothing that the kernel has, and this data does not have to survive a power cut.
    """
    settings = {
        "data_directory": str(config.data),
        "hba_file": str(config.folder / "pg_hba.conf"),
        "ident_file": str(config.folder / "pg_ident.conf"),
        "external_pid_file": "",
        "listen_addresses": "127.0.0.1",
        "port": str(config.port),
        "unix_socket_directories": "",
        "shared_buffers": "32MB",
        "maintenance_work_mem": "32MB",
        "effective_cache_size": "256MB",
        "huge_pages": "off",
        "min_wal_size": "8MB",
        "max_wal_size": "256MB",
        "wal_keep_size": "64MB",
        "superuser_reserved_connections": "3",
        "fsync": "off",
        "wal_level": "logical" if config.parameters.get("rds.logical_replication", "0") == "1" else "replica",
        "archive_mode": "on",
        "archive_timeout": "0",
        "archive_command": archive_command(config.wal_archive),
        "hot_standby": "off" if config.recovery is not None else "on",
        "logging_collector": "off",
        "log_destination": "stderr",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "ssl": "on" if config.tls else "off",
    }
    if config.tls:
        settings |= {
            "ssl_cert_file": str(config.folder / "server.pem"),
            "ssl_key_file": str(config.folder / "server-key.pem"),
        }
    if config.recovery is not None:
        settings |= _recovery_settings(config.recovery)
    if config.standby is not None:
        settings |= _standby_settings(config.standby)
    return settings


def archive_command(folder: Path | None) -> str:
    """A shell command that puts one WAL segment into `folder`; a segment is there whole or not at all.

    Segments that were switched early are mostly zeros: kept sparse they cost a few kilobytes.
    """
    if folder is None:
        return "/bin/true"
    partial, final = (shlex.quote(_percent(str(folder))) + suffix for suffix in ("/.%f", "/%f"))
    return f"cp --sparse=always %p {partial} && mv {partial} {final}"


def pg_hba_conf(config: ServerConfig) -> str:
    """The text of pg_hba.conf: the engine's own users, nobody else in `rdsadmin`, everybody else by password."""
    kind = "hostssl" if force_ssl(config) else "host"
    rules = [
        ("host", "all", ADMIN, "127.0.0.1/32", "scram-sha-256"),
        ("host", "replication", f"{ADMIN},{REPLICATION}", "127.0.0.1/32", "scram-sha-256"),
        ("host", "all", REPLICATION, "all", "reject"),
        ("host", ADMIN, "all", "all", "reject"),
        (kind, "replication", "+rds_replication", "127.0.0.1/32", "scram-sha-256"),
        (kind, "all", "all", "127.0.0.1/32", "scram-sha-256"),
    ]
    return "".join("\t".join(rule) + "\n" for rule in rules)


def quote(value: str) -> str:
    """A configuration value in quotes: https://www.postgresql.org/docs/current/config-setting.html"""
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def _recovery_settings(recovery: Recovery) -> dict[str, str]:
    settings = {
        "restore_command": restore_command(recovery.archive),
        "recovery_target_action": "promote",
        "recovery_target_timeline": "latest",
    }
    if recovery.until is not None:
        settings["recovery_target_time"] = recovery.until.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")
    return settings


def _standby_settings(standby: Standby) -> dict[str, str]:
    settings = {
        "primary_conninfo": f"host=127.0.0.1 port={standby.port} user={REPLICATION} password={standby.password} "
        f"application_name={standby.application} sslmode=prefer",
        "recovery_target_timeline": "latest",
    }
    if standby.archive is not None:
        settings["restore_command"] = restore_command(standby.archive)
    return settings


def restore_command(folder: Path) -> str:
    """A shell command that fetches one WAL segment from `folder`."""
    return f"cp {shlex.quote(_percent(str(folder)))}/%f %p"


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _libraries(value: str, available: frozenset[str]) -> str:
    wanted = [name.strip() for name in value.split(",")]
    return ",".join(name for name in wanted if name in available)
