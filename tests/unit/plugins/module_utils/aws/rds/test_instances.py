"""Waiting for RDS, by a clock that the test turns: what ends a wait, what is repeated, whose an instance is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds import instances, restore, snapshots
from botocore.exceptions import ClientError

NAME = "drill-source-20261124110000ab12"


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pace = instances.Pace(5, 60, lambda: self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Rds:
    """A client that answers from scripts: each call takes the next answer of its operation, the last one again and again."""

    class meta:  # noqa: N801  boto3's name
        region_name = "eu-west-1"

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            self.calls.append((operation, parameters))
            queue = self.answers[operation]
            answer = queue.pop(0) if len(queue) > 1 else queue[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def seen(status: str, **more: Any) -> dict[str, Any]:
    return {"DBInstances": [{"DBInstanceIdentifier": NAME, "DBInstanceStatus": status, **more}]}


GONE = refusal("DBInstanceNotFound")


def test_available_is_waited_for() -> None:
    clock = Clock()
    rds = Rds(describe_db_instances=[seen("creating"), seen("backing-up"), seen("available")])
    assert instances.wait_available(rds, NAME, clock.pace)["DBInstanceStatus"] == "available"
    assert clock.now == 10


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([seen("creating")], "is creating after 60 s"),
        ([seen("creating"), seen("incompatible-restore")], "is incompatible-restore"),
        ([seen("creating"), GONE], "There is no RDS instance"),
    ],
)
def test_a_wait_that_cannot_succeed_says_why(answers: list[Any], words: str) -> None:
    with pytest.raises(instances.RestoreError, match=words) as caught:
        instances.wait_available(Rds(describe_db_instances=answers), NAME, Clock().pace)
    assert NAME in str(caught.value)


def test_a_lost_answer_to_a_restore_is_recognized_by_its_tags() -> None:
    rds = Rds(
        restore_db_instance_to_point_in_time=[refusal("DBInstanceAlreadyExists")],
        describe_db_instances=[seen("creating", TagList=[{"Key": "drill:run", "Value": "r"}])],
    )
    request = {"TargetDBInstanceIdentifier": NAME}
    assert instances.restore_to_time(rds, request, {"drill:run": "r"}) is False
    with pytest.raises(instances.RestoreError, match="not this restore's"):
        instances.restore_to_time(rds, request, {"drill:run": "another"})
    with pytest.raises(instances.RestoreError):
        instances.restore_to_time(rds, request, {})


def test_other_refusals_are_raised() -> None:
    rds = Rds(restore_db_instance_to_point_in_time=[refusal("KMSKeyNotAccessibleFault")])
    with pytest.raises(AwsError, match="KMSKeyNotAccessibleFault"):
        instances.restore_to_time(rds, {"TargetDBInstanceIdentifier": NAME}, {"drill:run": "r"})


def test_restorable_time_is_waited_for() -> None:
    early, late = datetime(2026, 1, 1, 11, 59, tzinfo=UTC), datetime(2026, 1, 1, 12, 1, tzinfo=UTC)
    until = datetime(2026, 1, 1, 12, tzinfo=UTC)
    answers = [seen("available", BackupRetentionPeriod=7, LatestRestorableTime=early)]
    found = [*answers, seen("available", BackupRetentionPeriod=7, LatestRestorableTime=late)]
    assert instances.wait_restorable(Rds(describe_db_instances=found), NAME, until, Clock().pace) == late
    with pytest.raises(instances.RestoreError, match="log backups lag"):
        instances.wait_restorable(Rds(describe_db_instances=answers), NAME, until, Clock().pace)
    with pytest.raises(instances.RestoreError, match="no automated backups"):
        instances.wait_restorable(Rds(describe_db_instances=[seen("available")]), NAME, until, Clock().pace)


def test_deletion_waits_out_states_that_refuse_it_and_asks_without_final_snapshot() -> None:
    clock = Clock()
    rds = Rds(
        describe_db_instances=[seen("creating"), seen("available"), seen("deleting"), GONE],
        delete_db_instance=[refusal("InvalidDBInstanceState"), {}],
    )
    instances.delete(rds, NAME, clock.pace)
    asked = [parameters for operation, parameters in rds.calls if operation == "delete_db_instance"]
    assert asked == [{"DBInstanceIdentifier": NAME, "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True}] * 2


def test_deletion_that_never_ends_names_the_instance() -> None:
    rds = Rds(describe_db_instances=[seen("deleting")])
    with pytest.raises(instances.RestoreError, match=f"{NAME} is still deleting after 60 s"):
        instances.delete(rds, NAME, Clock().pace)


def test_deletion_that_is_refused_for_good_is_raised() -> None:
    rds = Rds(describe_db_instances=[seen("available")], delete_db_instance=[refusal("AccessDenied")])
    with pytest.raises(AwsError, match="AccessDenied"):
        instances.delete(rds, NAME, Clock().pace)


def test_password_is_done_when_nothing_is_pending() -> None:
    pending = seen("available", PendingModifiedValues={"MasterUserPassword": "****"})
    rds = Rds(
        modify_db_instance=[refusal("InvalidDBInstanceState"), {}],
        describe_db_instances=[pending, seen("resetting-master-credentials"), seen("available")],
    )
    clock = Clock()
    instances.set_password(rds, NAME, "secret", clock.pace)
    assert clock.now == 15


OPTIONS = {
    "identifier": NAME,
    "source": "source",
    "automated_backup_arn": None,
    "restore_time": "2026-11-24T08:30:00.000Z",
    "tags": {"b": 2, "a": "1"},
    "instance_class": None,
    "storage_type": "gp3",
    "subnet_group": "s",
    "security_groups": ["sg-1"],
    "parameter_group": "p",
    "option_group": None,
    "iam_authentication": False,
    "minor_version_upgrade": True,
    "backup_retention": 0,
    "deletion_protection": False,
    "multi_az": False,
}


def test_request_passes_every_setting_and_never_a_public_copy() -> None:
    found = restore.request(OPTIONS)
    assert found["RestoreTime"] == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert found["Tags"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert (found["BackupRetentionPeriod"], found["PubliclyAccessible"], found["DeletionProtection"]) == (
        0,
        False,
        False,
    )
    assert "DBInstanceClass" not in found
    assert "UseLatestRestorableTime" not in found
    assert restore.request({**OPTIONS, "restore_time": None})["UseLatestRestorableTime"] is True


def test_newest_snapshot_is_the_one_being_made() -> None:
    def snapshot(name: str, status: str, taken: datetime | None, **tags: str) -> dict[str, Any]:
        row = {
            "DBSnapshotIdentifier": name,
            "Status": status,
            "TagList": [{"Key": k, "Value": v} for k, v in tags.items()],
        }
        return row | ({"SnapshotCreateTime": taken} if taken else {})

    day = datetime(2026, 1, 2, tzinfo=UTC)
    rows = [
        snapshot("old", "available", datetime(2026, 1, 1, tzinfo=UTC), c="backup"),
        snapshot("new", "available", day, c="backup"),
        snapshot("failed", "failed", datetime(2026, 1, 3, tzinfo=UTC), c="backup"),
        snapshot("other", "available", datetime(2026, 1, 4, tzinfo=UTC)),
    ]

    class Pages:
        def get_paginator(self, operation: str) -> Any:
            return self

        def paginate(self, **parameters: Any) -> Any:
            return self

        def build_full_result(self) -> dict[str, Any]:
            return {"DBSnapshots": rows}

    found = snapshots.newest(Pages(), "i", {"c": "backup"})
    assert found is not None
    assert found["DBSnapshotIdentifier"] == "new"
    assert snapshots.age(found, datetime(2026, 1, 2, 0, 0, 30, tzinfo=UTC)) == 30
    rows.append(snapshot("making", "creating", None, c="backup"))
    making = snapshots.newest(Pages(), "i", {"c": "backup"})
    assert making is not None
    assert making["DBSnapshotIdentifier"] == "making"
    assert snapshots.age(making, day) == 0
    assert snapshots.age(None, day) is None
