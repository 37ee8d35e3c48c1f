"""Errors of the RDS API, as the page of each operation names them.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from moto.rds.exceptions import RDSClientError


def error(code: str, message: str) -> RDSClientError:
    """An error answer of the API."""
    return RDSClientError(code, message)


def value(message: str) -> RDSClientError:
    """InvalidParameterValue."""
    return error("InvalidParameterValue", message)


def combination(message: str) -> RDSClientError:
    """InvalidParameterCombination."""
    return error("InvalidParameterCombination", message)


def state(message: str) -> RDSClientError:
    """InvalidDBInstanceState."""
    return error("InvalidDBInstanceState", message)


def no_instance(name: str) -> RDSClientError:
    """DBInstanceNotFound."""
    return error("DBInstanceNotFound", f"DBInstance {name} not found.")


def no_snapshot(name: str) -> RDSClientError:
    """DBSnapshotNotFound."""
    return error("DBSnapshotNotFound", f"DBSnapshot not found: {name}")


def no_backup(name: str) -> RDSClientError:
    """DBInstanceAutomatedBackupNotFound."""
    return error("DBInstanceAutomatedBackupNotFound", f"DB instance automated backup {name} not found.")


def no_key(name: str) -> RDSClientError:
    """KMSKeyNotAccessibleFault."""
    return error(
        "KMSKeyNotAccessibleFault",
        f"The specified KMS key [{name}] does not exist, is not enabled or you do not have permissions to access it.",
    )
