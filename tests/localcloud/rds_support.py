"""What the tests of the emulated RDS share: an instance that is ready, connections to it, and waiting."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import psycopg

MASTER = "keeper"
PASSWORD = "first-password"
DATABASE = "creator"


def instance(client: Any, name: str) -> dict[str, Any]:
    """The description of an instance."""
    return client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def wait(client: Any, name: str, status: str = "available", patience: float = 120) -> tuple[dict[str, Any], list[str]]:
    """The instance once it has the status, and the statuses it had until then."""
    seen: list[str] = []
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = instance(client, name)
        if found["DBInstanceStatus"] not in seen[-1:]:
            seen.append(found["DBInstanceStatus"])
        if found["DBInstanceStatus"] == status:
            return found, seen
        time.sleep(0.03)
    raise AssertionError(f"{name} is not {status} after {patience} s: {seen}")


def assert_phases(seen: list[str], *expected: str) -> None:
    """The instance went through these statuses, as far as polling saw them: a short one can pass between two looks."""
    rest = iter(expected)
    assert all(status in rest for status in seen), (seen, expected)
    assert seen[-1] == expected[-1]


def wait_gone(client: Any, name: str, patience: float = 120) -> None:
    """Return once there is no such instance."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            instance(client, name)
        except client.exceptions.DBInstanceNotFoundFault:
            return
        time.sleep(0.03)
    raise AssertionError(f"{name} is still there after {patience} s")


def create(client: Any, name: str, **more: Any) -> dict[str, Any]:
    """Create a small instance and wait until it is available."""
    begin(client, name, **more)
    return wait(client, name)[0]


def begin(client: Any, name: str, **more: Any) -> dict[str, Any]:
    """Ask for a small instance."""
    wanted = {
        "DBInstanceIdentifier": name,
        "Engine": "postgres",
        "EngineVersion": "17",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": 20,
        "MasterUsername": MASTER,
        "MasterUserPassword": PASSWORD,
        "DBName": DATABASE,
        "BackupRetentionPeriod": 7,
    }
    return client.create_db_instance(**{**wanted, **more})["DBInstance"]


def connect(cloud: Any, found: dict[str, Any], **more: Any) -> psycopg.Connection:
    """A connection of the master user, with the server's certificate and address verified."""
    options = {
        "user": MASTER,
        "password": PASSWORD,
        "dbname": DATABASE,
        "sslmode": "verify-full",
        "sslrootcert": str(cloud.state / "ca.pem"),
        "connect_timeout": 5,
    }
    endpoint = found["Endpoint"]
    return psycopg.connect(host=endpoint["Address"], port=endpoint["Port"], autocommit=True, **{**options, **more})


def rows(cloud: Any, found: dict[str, Any], **more: Any) -> list[int]:
    """The rows of the table that `write` fills."""
    with connect(cloud, found, **more) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM written ORDER BY id").fetchall()]


def write(cloud: Any, found: dict[str, Any], number: int, **more: Any) -> datetime:
    """Write one row; a moment after its commit, by the server's clock."""
    with connect(cloud, found, **more) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written (id int PRIMARY KEY)")
        connection.execute("INSERT INTO written VALUES (%s)", [number])
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        return row[0]


def wait_restorable(client: Any, name: str, moment: datetime, patience: float = 20) -> dict[str, Any]:
    """The instance once LatestRestorableTime has reached the moment."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = instance(client, name)
        if "LatestRestorableTime" in found and found["LatestRestorableTime"] >= moment:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{name} cannot be restored to {moment}: {instance(client, name).get('LatestRestorableTime')}")


def refused(call: Any, **arguments: Any) -> str:
    """The error code with which a call is refused; AssertionError when it is not."""
    import botocore.exceptions

    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])
    raise AssertionError(f"{call.__name__} was not refused: {arguments}")
