"""What RDS for PostgreSQL offers, as far as the platform asks for it: versions, classes, storage. Pure data.

Versions: https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
Classes: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
"""

from __future__ import annotations

import re

ENGINE = "postgres"
LICENSE = "postgresql-license"
CERTIFICATE_AUTHORITIES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
LOG_TYPES = ("postgresql", "upgrade", "iam-db-auth-error")
STORAGE_TYPES = ("gp2", "gp3", "io1", "io2", "standard")
#: First and last minor version by major version; a minor that was withdrawn by its project is left out.
_MINORS = {13: (15, 22), 14: (12, 23), 15: (7, 18), 16: (3, 14), 17: (1, 10), 18: (1, 4)}
_WITHDRAWN = frozenset({"17.3", "16.7", "15.11", "14.16", "13.19"})
_SIZES = {
    "micro": (2, 1),
    "small": (2, 2),
    "medium": (2, 4),
    "large": (2, 8),
    "xlarge": (4, 16),
    "2xlarge": (8, 32),
    "4xlarge": (16, 64),
    "8xlarge": (32, 128),
    "12xlarge": (48, 192),
    "16xlarge": (64, 256),
    "24xlarge": (96, 384),
}
_FAMILIES = {
    **dict.fromkeys(("t3", "t4g"), ("micro", "small", "medium", "large", "xlarge", "2xlarge")),
    **dict.fromkeys(("m5", "m6i", "m6g", "m7g", "m7i", "m8g"), tuple(_SIZES)[3:]),
    **dict.fromkeys(("r5", "r6i", "r6g", "r7g", "r7i", "r8g"), tuple(_SIZES)[3:]),
}


def versions() -> list[str]:
    """All versions on offer, oldest first."""
    found = [f"{major}.{minor}" for major, (low, high) in _MINORS.items() for minor in range(low, high + 1)]
    return [version for version in found if version not in _WITHDRAWN]


def version_key(version: str) -> tuple[int, ...]:
    """A key that orders versions."""
    return tuple(int(part) for part in version.split("."))


def major(version: str) -> int:
    """The major version."""
    return int(version.split(".", maxsplit=1)[0])


def family(version: str) -> str:
    """The parameter group family of a version, for example postgres17."""
    return f"{ENGINE}{major(version)}"


def resolve_version(asked: str | None, default_major: int) -> str | None:
    """The full version for an asked one ("17", "17.5" or None for the default major); None when it is not on offer."""
    offered = versions()
    if asked is None:
        asked = str(default_major)
    if asked in offered:
        return asked
    if re.fullmatch(r"\d+", asked):
        of_major = [version for version in offered if major(version) == int(asked)]
        return of_major[-1] if of_major else None
    return None


def upgrade_targets(version: str) -> list[str]:
    """Versions that `version` can be upgraded to: later minors, and later majors."""
    return [target for target in versions() if version_key(target) > version_key(version)]


def class_memory_gib(instance_class: str) -> int | None:
    """Memory of an instance class in GiB (memory-optimised families have twice the usual), None for an unknown class."""
    found = re.fullmatch(r"db\.([a-z0-9]+)\.([a-z0-9]+)", instance_class)
    if found is None or found[2] not in _FAMILIES.get(found[1], ()):
        return None
    return _SIZES[found[2]][1] * (2 if found[1].startswith("r") else 1)


def classes() -> list[str]:
    """All instance classes on offer."""
    return [f"db.{name}.{size}" for name, sizes in _FAMILIES.items() for size in sizes]


def default_storage(storage_type: str, allocated: int) -> tuple[int | None, int | None]:
    """Baseline (IOPS, MiB/s) that RDS reports for a volume of that type when none were asked for.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
    """
    if storage_type != "gp3":
        return None, None
    return (12000, 500) if allocated >= 400 else (3000, 125)
