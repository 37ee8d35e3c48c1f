"""The engines of RDS that are on offer here: PostgreSQL with real servers, MariaDB and MySQL without any. Pure data.

Instances of an engine without a server have the states, times, settings, snapshots and backups of the API; nobody can
connect to them. Versions:
https://docs.aws.amazon.com/AmazonRDS/latest/MariaDBReleaseNotes/Welcome.html,
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
"""

from __future__ import annotations

from dataclasses import dataclass

from localcloud.rds import catalogue


@dataclass(frozen=True)
class Engine:
    """One engine. versions: oldest first. parts: how many numbers of a version name its major version.

    served: whether a real server runs behind an instance. storage_type: of an instance whose creation names none.
    """

    name: str
    title: str
    license: str
    port: int
    parts: int
    versions: tuple[str, ...]
    log_types: tuple[str, ...]
    storage_type: str
    longest_user: int
    longest_password: int
    served: bool = False
    #: GiB of the smallest gp2 volume.
    least_gp2: int = 20

    def major(self, version: str) -> str:
        """The major version, for example 17 or 11.4."""
        return ".".join(version.split(".")[: self.parts])

    def family(self, version: str) -> str:
        """The parameter group family of a version, for example postgres17 or mariadb11.4."""
        return f"{self.name}{self.major(version)}"

    def resolve(self, asked: str | None, default_major: str | None = None) -> str | None:
        """The full version for an asked one (a major version stands for its last minor); None when it is not on offer."""
        if asked in self.versions:
            return asked
        wanted = asked if asked is not None else default_major or self.major(self.versions[-1])
        found = [version for version in self.versions if self.major(version) == wanted]
        return found[-1] if found else None

    def upgrade_targets(self, version: str) -> list[str]:
        """Later versions."""
        key = catalogue.version_key
        return [target for target in self.versions if key(target) > key(version)]


POSTGRES = Engine(
    catalogue.ENGINE, "PostgreSQL", catalogue.LICENSE, 5432, 1, tuple(catalogue.versions()), catalogue.LOG_TYPES,
    # API_CreateDBInstance, StorageType
    "gp3", 63, 128, served=True,
)  # fmt: skip
_LOGS = ("audit", "error", "general", "iam-db-auth-error", "slowquery")
#: Without a storage type RDS makes gp2 volumes for these, as amazon.aws's own tests found on AWS in June 2026
#: (targets rds_instance_modify and rds_instance_snapshot of 11.4.0), although API_CreateDBInstance says gp3. Such volumes
#: begin at 5 GiB (the second target makes one of 10), although it says 20.
_FOUND = "gp2"
MARIADB = Engine(
    "mariadb", "MariaDB", "general-public-license", 3306, 2,
    ("10.6.20", "10.6.21", "10.6.22", "10.11.11", "10.11.13", "11.4.4", "11.4.5", "11.4.7", "11.4.8"),
    _LOGS, _FOUND, 16, 41, least_gp2=5,
)  # fmt: skip
MYSQL = Engine(
    "mysql", "MySQL", "general-public-license", 3306, 2, ("8.0.40", "8.0.41", "8.0.42", "8.0.43", "8.4.5", "8.4.6"),
    _LOGS, _FOUND, 16, 41, least_gp2=5,
)  # fmt: skip
ENGINES = {engine.name: engine for engine in (POSTGRES, MARIADB, MYSQL)}


def of(name: str | None) -> Engine | None:
    """The engine of that name, None when it is not on offer."""
    return ENGINES.get(name or "")
