from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.rds import backup_replication, parameter_group

SOURCE = "arn:aws:rds:eu-west-1:1:db:a"
BACKUP = {"DBInstanceArn": SOURCE, "BackupRetentionPeriod": 30, "KmsKeyId": "k", "Status": "active"}


def test_a_replication_starts_with_the_source_region() -> None:
    steps = backup_replication.present(SOURCE, {"retention_days": 30, "kms_key": "k"}, None)
    ((method, request),) = steps.calls
    assert method == "start_db_instance_automated_backups_replication"
    assert (request["SourceRegion"], request["BackupRetentionPeriod"], request["KmsKeyId"]) == ("eu-west-1", 30, "k")


def test_a_running_replication_is_not_changed() -> None:
    assert not backup_replication.present(SOURCE, {"retention_days": 30, "kms_key": "k"}, BACKUP).changed
    assert not backup_replication.present(SOURCE, {"retention_days": None, "kms_key": None}, BACKUP).changed
    with pytest.raises(match=r"cannot change retention_days .*found 30"):
        backup_replication.present(SOURCE, {"retention_days": 7}, BACKUP)


@pytest.mark.parametrize("status", ["retained", "Retained", "deleting"])
def test_a_retained_backup_is_no_replication(status: str) -> None:
    assert backup_replication.select([{**BACKUP, "Status": status}], SOURCE) is None


@pytest.mark.parametrize("status", ["pending", "Replicating", "replicating", "active"])
def test_a_backup_that_follows_its_source_is_a_replication(status: str) -> None:
    assert backup_replication.select([{**BACKUP, "Status": status}], SOURCE) is not None
    assert backup_replication.select([{**BACKUP, "DBInstanceArn": "other"}, BACKUP], SOURCE) is BACKUP


KNOWN: dict[str, dict[str, Any]] = {
    "rds.force_ssl": {"ApplyType": "dynamic", "IsModifiable": True},
    "shared_buffers": {"ApplyType": "static", "IsModifiable": True},
    "fixed": {"ApplyType": "static", "IsModifiable": False},
}
FOUND: dict[str, Any] = {"family": "postgres15", "description": "d", "parameters": {}, "tags": {}}


def parameters(wanted: dict[str, Any], found: dict[str, str]) -> list[Any]:
    """The calls for a group that has the parameters found."""
    return parameter_group.present(
        "g", {"parameters": wanted}, {**FOUND, "parameters": found}, KNOWN, "arn", purge_tags=True
    ).calls


def test_static_parameters_wait_and_surplus_ones_go_back() -> None:
    (modify, reset) = parameters({"shared_buffers": 1, "rds.force_ssl": "1"}, {"shared_buffers": "2", "gone": "3"})
    assert [(row["ParameterName"], row["ApplyMethod"]) for row in modify[1]["Parameters"]] == [
        ("rds.force_ssl", "immediate"),
        ("shared_buffers", "pending-reboot"),
    ]
    assert (reset[0], [row["ParameterName"] for row in reset[1]["Parameters"]]) == (
        "reset_db_parameter_group",
        ["gone"],
    )


def test_a_default_is_set_all_the_same() -> None:
    assert parameters({"rds.force_ssl": "1"}, {})
    assert parameters({"rds.force_ssl": "1"}, {"rds.force_ssl": "1"}) == []


def test_twenty_at_a_time() -> None:
    known = {f"p{number}": {"ApplyType": "dynamic", "IsModifiable": True} for number in range(45)}
    steps = parameter_group.present(
        "g", {"parameters": dict.fromkeys(known, "1")}, FOUND, known, "arn", purge_tags=True
    )
    assert [len(request["Parameters"]) for _method, request in steps.calls] == [20, 20, 5]


@pytest.mark.parametrize(
    ("name", "text"), [("nonsense", "not parameters of this engine"), ("fixed", "cannot be changed")]
)
def test_parameters_that_rds_refuses_are_named(name: str, text: str) -> None:
    with pytest.raises(match=f"{name}.*{text}"):
        parameters({name: "1"}, {})


def test_a_family_cannot_change() -> None:
    with pytest.raises(match="needs a group of another name"):
        parameter_group.present("g", {"family": "postgres16"}, FOUND, KNOWN, "arn", purge_tags=True)
