# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RDS instances as restores need them: read, restore to a moment, wait, change the password, delete.

Clock and sleep are arguments of everything that waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, AwsError, explain

#: States an instance does not leave by itself towards available.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
BROKEN = frozenset(
    {
        "failed",
        "incompatible-network",
        "incompatible-option-group",
        "incompatible-parameters",
        "incompatible-restore",
        "inaccessible-encryption-credentials",
        "storage-full",
        "stopped",
    }
)
_GONE = frozenset({"DBInstanceNotFound", "DBInstanceNotFoundFault"})
_EXISTS = frozenset({"DBInstanceAlreadyExists", "DBInstanceAlreadyExistsFault"})
_BUSY = frozenset({"InvalidDBInstanceState", "InvalidDBInstanceStateFault"})


class RestoreError(AwsError):
    """An instance that cannot be restored, reached or removed; the text names it and what to do."""


@dataclass(frozen=True)
class Pace:
    """How a wait goes: seconds between two looks, seconds until it is given up, and the clock and sleep to use."""

    every: float
    limit: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]


@contextmanager
def translated() -> Iterator[None]:
    """Turn what boto3 raises inside the block into AwsError."""
    try:
        yield
    except AWS_ERRORS as error:
        raise explain(error) from error


def describe(client: Any, identifier: str) -> dict[str, Any] | None:
    """The DBInstance, or None when there is none of that name."""
    try:
        with translated():
            found: dict[str, Any] = client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
            return found
    except AwsError as error:
        if error.code in _GONE:
            return None
        raise


def every(client: Any) -> list[dict[str, Any]]:
    """All instances of the client's region."""
    with translated():
        return list(client.get_paginator("describe_db_instances").paginate().build_full_result()["DBInstances"])


def tags_of(instance: Mapping[str, Any]) -> dict[str, str]:
    """Tags as a mapping."""
    return {each["Key"]: each["Value"] for each in instance.get("TagList") or []}


def facts(instance: Mapping[str, Any]) -> dict[str, Any]:
    """identifier, arn, status, address and port (None while there is no endpoint)."""
    endpoint = instance.get("Endpoint") or {}
    return {
        "identifier": instance["DBInstanceIdentifier"],
        "arn": instance["DBInstanceArn"],
        "status": instance["DBInstanceStatus"],
        "address": endpoint.get("Address"),
        "port": endpoint.get("Port"),
    }


def existing(client: Any, identifier: str) -> dict[str, Any]:
    """The DBInstance. Raises RestoreError when there is none."""
    found = describe(client, identifier)
    if found is None:
        raise RestoreError(f"There is no RDS instance {identifier} in {client.meta.region_name}; check the name.")
    return found


def restore_to_time(client: Any, parameters: Mapping[str, Any], owned_by: Mapping[str, str]) -> bool:
    """RestoreDBInstanceToPointInTime with `parameters`; whether it was created now.

    An instance of that name with the tags `owned_by` is one that an earlier, perhaps unanswered, request of ours made: it
    is taken as ours. Raises RestoreError when the name belongs to something else.
    """
    identifier = parameters["TargetDBInstanceIdentifier"]
    try:
        with translated():
            client.restore_db_instance_to_point_in_time(**parameters)
        return True
    except AwsError as error:
        if error.code not in _EXISTS:
            raise
    found = existing(client, identifier)
    tags = tags_of(found)
    wrong = [key for key, value in owned_by.items() if tags.get(key) != value]
    if wrong or not owned_by:
        raise RestoreError(
            f"An RDS instance {identifier} exists and is not this restore's (tags {wrong}); choose another name."
        )
    return False


def wait_available(
    client: Any, identifier: str, pace: Pace, *, differing: Callable[[dict[str, Any]], bool] | None = None
) -> dict[str, Any]:
    """The instance once it is available and nothing is pending; `differing` may ask for more time.

    Raises RestoreError when it is gone, broken, or the limit is reached.
    """
    deadline = pace.clock() + pace.limit
    while True:
        instance = existing(client, identifier)
        status = instance["DBInstanceStatus"]
        if status in BROKEN:
            raise RestoreError(
                f"RDS instance {identifier} is {status}; see its events (describe-events) for the reason."
            )
        if status == "available" and not (differing and differing(instance)):
            return instance
        if pace.clock() >= deadline:
            raise RestoreError(f"RDS instance {identifier} is {status} after {pace.limit:.0f} s, expected available.")
        pace.sleep(pace.every)


def wait_restorable(client: Any, identifier: str, until: datetime, pace: Pace) -> datetime:
    """LatestRestorableTime once it has reached `until`. Raises RestoreError when it does not within the limit."""
    deadline = pace.clock() + pace.limit
    while True:
        instance = existing(client, identifier)
        latest: datetime | None = instance.get("LatestRestorableTime")
        if latest is not None and latest.astimezone(UTC) >= until:
            return latest.astimezone(UTC)
        if not instance.get("BackupRetentionPeriod"):
            raise RestoreError(
                f"RDS instance {identifier} makes no automated backups (retention 0): nothing to restore to."
            )
        if pace.clock() >= deadline:
            reached = latest.astimezone(UTC).isoformat() if latest else "nothing"
            raise RestoreError(
                f"The backups of RDS instance {identifier} reach {reached} after {pace.limit:.0f} s, "
                f"{until.isoformat()} is needed: its log backups lag."
            )
        pace.sleep(pace.every)


def set_password(client: Any, identifier: str, password: str, pace: Pace) -> dict[str, Any]:
    """Change the master password and wait until the instance is available with nothing pending; the instance.

    RDS takes the change in the background (state resetting-master-credentials), beginning some seconds after its answer.
    """
    deadline = pace.clock() + pace.limit
    while True:
        try:
            with translated():
                client.modify_db_instance(
                    DBInstanceIdentifier=identifier, MasterUserPassword=password, ApplyImmediately=True
                )
            break
        except AwsError as error:
            if error.code not in _BUSY or pace.clock() >= deadline:
                raise
            pace.sleep(pace.every)
    return wait_available(
        client,
        identifier,
        pace,
        differing=lambda found: "MasterUserPassword" in (found.get("PendingModifiedValues") or {}),
    )


def delete(client: Any, identifier: str, pace: Pace) -> None:
    """Delete the instance with its automated backups and without a final snapshot, and wait until it is gone.

    A state in which RDS refuses (creating, modifying) is waited out. Raises RestoreError when the limit is reached.
    """
    deadline = pace.clock() + pace.limit
    while True:
        instance = describe(client, identifier)
        if instance is None:
            return
        if instance["DBInstanceStatus"] != "deleting":
            _request_deletion(client, identifier)
        if pace.clock() >= deadline:
            raise RestoreError(
                f"RDS instance {identifier} is still {instance['DBInstanceStatus']} after {pace.limit:.0f} s, expected gone; "
                "run playbooks/drill_sweep.yml later."
            )
        pace.sleep(pace.every)


def _request_deletion(client: Any, identifier: str) -> None:
    try:
        with translated():
            client.delete_db_instance(
                DBInstanceIdentifier=identifier, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
            )
    except AwsError as error:
        if error.code not in _GONE | _BUSY:
            raise
