"""The parameters of the engine, as DescribeDBParameters lists them: what `postgres --describe-config` knows, and RDS's own.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBParameters.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from localcloud.postgres.binaries import Binaries

_TYPES = {"BOOLEAN": "boolean", "INTEGER": "integer", "REAL": "float", "STRING": "string", "ENUM": "string"}
_BOOLEANS = {"on": "1", "off": "0", "TRUE": "1", "FALSE": "0", "true": "1", "false": "0", "1": "1", "0": "0"}
#: Kept by RDS for itself: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
_FIXED = frozenset(
    {
        "allow_system_table_mods",
        "archive_command",
        "archive_library",
        "archive_mode",
        "archive_timeout",
        "bonjour",
        "config_file",
        "data_directory",
        "event_source",
        "external_pid_file",
        "fsync",
        "full_page_writes",
        "hba_file",
        "hot_standby",
        "ident_file",
        "listen_addresses",
        "log_directory",
        "log_file_mode",
        "logging_collector",
        "port",
        "primary_conninfo",
        "restore_command",
        "ssl_ca_file",
        "ssl_cert_file",
        "ssl_key_file",
        "unix_socket_directories",
        "unix_socket_group",
        "unix_socket_permissions",
        "wal_level",
    }
)


@dataclass(frozen=True)
class Parameter:
    """One parameter. default: None when the engine's own default holds. low, high: limits of numbers."""

    name: str
    kind: str
    static: bool
    modifiable: bool
    description: str
    default: str | None = None
    low: str = ""
    high: str = ""
    values: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """AllowedValues as the API writes them; empty when anything goes."""
        if self.kind == "boolean":
            return "0,1"
        if self.low and self.high:
            return f"{self.low}-{self.high}"
        return ",".join(self.values)

    def refuses(self, value: str) -> bool:
        """Whether `value` is outside the allowed ones. Formulas over the instance class are not judged."""
        if value.startswith("{") or "(" in value:
            return False
        if self.kind == "boolean":
            return value not in _BOOLEANS
        if self.kind in {"integer", "float"}:
            try:
                return not float(self.low) <= float(value) <= float(self.high)
            except ValueError:
                return True
        return bool(self.values) and value not in self.values


_RDS_OWN = (
    Parameter("rds.force_ssl", "boolean", False, True, "Force SSL connections.", "1"),
    Parameter("rds.logical_replication", "boolean", True, True, "Enables logical decoding.", "0"),
    Parameter(
        "rds.log_retention_period", "integer", False, True, "Minutes that logs are kept.", "4320", "1440", "10080"
    ),
    Parameter("rds.restrict_password_commands", "boolean", True, True, "Restricts password commands.", "0"),
    Parameter(
        "rds.rds_superuser_reserved_connections", "integer", True, True, "Reserved connections.", "2", "0", "262143"
    ),
    Parameter("rds.extensions", "string", True, False, "Extensions provided by RDS."),
    Parameter(
        "shared_preload_libraries",
        "string",
        True,
        True,
        "Lists shared libraries to preload into server.",
        "pg_stat_statements",
    ),
)
#: Parameters of an extension that RDS preloads, which the plain binary does not list.
_EXTENSIONS = (
    Parameter("pg_stat_statements.max", "integer", True, True, "Statements tracked.", None, "100", "2147483647"),
    Parameter(
        "pg_stat_statements.track", "string", False, True, "What is tracked.", None, values=("none", "top", "all")
    ),
    Parameter("pg_stat_statements.track_utility", "boolean", False, True, "Whether utility commands are tracked."),
    Parameter("pg_stat_statements.save", "boolean", False, True, "Whether statistics survive a restart."),
    Parameter(
        "auto_explain.log_min_duration",
        "integer",
        False,
        True,
        "Plans slower than this are logged, ms.",
        None,
        "-1",
        "2147483647",
    ),
)


@lru_cache(maxsize=4)
def engine_parameters(binaries: Binaries) -> Mapping[str, Parameter]:
    """All parameters by name, RDS's own included."""
    told = subprocess.run(
        [binaries.program("postgres"), "--describe-config"], capture_output=True, text=True, check=True
    ).stdout
    found = [parameter for line in told.splitlines() if (parameter := _parse(line)) is not None]
    return {parameter.name: parameter for parameter in sorted([*found, *_EXTENSIONS, *_RDS_OWN], key=lambda p: p.name)}


def _parse(line: str) -> Parameter | None:
    fields = line.split("\t")
    if len(fields) < 8:
        return None
    name, context, _group, kind, _boot, low, high, short = fields[:8]
    return Parameter(
        name=name,
        kind=_TYPES.get(kind, "string"),
        static=context == "postmaster",
        modifiable=context != "internal" and name not in _FIXED,
        description=short,
        low=low if kind in {"INTEGER", "REAL"} else "",
        high=high if kind in {"INTEGER", "REAL"} else "",
    )


def defaults(binaries: Binaries) -> dict[str, str]:
    """Values that a default parameter group sets itself."""
    return {name: p.default for name, p in engine_parameters(binaries).items() if p.default is not None}


def canonical(parameter: Parameter, value: str) -> str:
    """A value in the form in which it is compared and handed on: booleans as 1 and 0."""
    return _BOOLEANS.get(value, value) if parameter.kind == "boolean" else value
