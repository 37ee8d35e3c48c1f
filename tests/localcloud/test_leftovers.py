"""What is left of a removed environment: backups are kept and told, what is named goes, what is unknown fails the run."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.run import Request, plan

from tests.acceptance.conftest import Environment
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import run_task
from tests.localcloud.rds_support import create, wait_gone

ROOT = Path(__file__).resolve().parents[2]
OURS = {"platform": "creator", "environment": "gone"}
TAGS = [{"Key": key, "Value": value} for key, value in OURS.items()]
SNAPSHOT = "creator-gone-database-20261128120000"
NAME = f"rds_snapshot {SNAPSHOT}"
RELEASES = "/creator/gone/releases"


@pytest.fixture
def play(cloud: RunningCloud, tmp_path: Path) -> Any:
    """Runs one task with the cloud's keys; returns exit code, output and destroy.json."""

    def run(module: str, *arguments: str, code: int = 0, **options: Any) -> tuple[str, dict[str, Any]]:
        ended, said = run_task(cloud, tmp_path, module, {**OURS, **options}, *arguments)
        assert ended == code, said
        found = tmp_path / "evidence/destroy.json"
        return said, json.loads(found.read_text()) if found.exists() else {}

    return run


@pytest.fixture
def options(cloud: RunningCloud, tmp_path: Path) -> dict[str, Any]:
    """Options of leftovers."""
    return {"regions": [cloud.content.region], "evidence_dir": str(tmp_path / "evidence"), "delay": 0.1, "attempts": 3}


@pytest.fixture(scope="module")
def backup(cloud: RunningCloud) -> str:
    """ARN of a snapshot with the environment's tags; its instance is gone and its key waits for its deletion."""
    rds, kms = cloud.client("rds"), cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    create(rds, "creator-gone-database", StorageEncrypted=True, KmsKeyId=key)
    made = rds.create_db_snapshot(
        DBInstanceIdentifier="creator-gone-database", DBSnapshotIdentifier=SNAPSHOT, Tags=TAGS
    )
    rds.get_waiter("db_snapshot_available").wait(
        DBSnapshotIdentifier=SNAPSHOT, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    rds.delete_db_instance(DBInstanceIdentifier="creator-gone-database", SkipFinalSnapshot=True)
    wait_gone(rds, "creator-gone-database")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return made["DBSnapshot"]["DBSnapshotArn"]


def test_a_backup_is_kept_and_told_until_it_is_named(
    cloud: RunningCloud, play: Any, options: dict[str, Any], backup: str
) -> None:
    said, found = play("leftovers", **options)
    rds, kms = cloud.client("rds"), cloud.client("kms")
    key = kms.describe_key(KeyId=rds.describe_db_snapshots()["DBSnapshots"][0]["KmsKeyId"])["KeyMetadata"]
    day = f"{key['DeletionDate']:%Y-%m-%d}"
    assert found["kept"] == [{"arn": backup, "name": NAME, "readable_until": day}]
    assert (found["left"], found["removed"]) == ([], True)
    assert key["DeletionDate"] - key["CreationDate"] >= timedelta(days=7)
    words = " ".join(said.split())
    assert f'{{"component_unprotected": ["{NAME}"]}}' in words
    assert f"{NAME} until {day}" in words

    named = {**options, "unprotected": [NAME]}
    play("leftovers", "--check", **named)
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=SNAPSHOT)["DBSnapshots"]
    _said, found = play("leftovers", **named)
    assert (found["left"], found["kept"]) == ([], [])
    with pytest.raises(rds.exceptions.DBSnapshotNotFoundFault):
        rds.describe_db_snapshots(DBSnapshotIdentifier=SNAPSHOT)


def test_what_nobody_knows_fails_the_run(cloud: RunningCloud, play: Any, options: dict[str, Any]) -> None:
    queue = cloud.client("sqs").create_queue(QueueName="strange", tags=OURS)["QueueUrl"]
    said, found = play("leftovers", code=2, **options)
    assert "are left" in said
    assert [arn.rpartition(":")[2] for arn in found["left"]] == ["strange"]
    assert found["removed"] is False
    cloud.client("sqs").delete_queue(QueueUrl=queue)


def test_the_records_of_releases_are_one_row_of_a_removal_and_go_together(cloud: RunningCloud, play: Any) -> None:
    where = {"region": cloud.content.region}

    def rows() -> list[tuple[str, str]]:
        request = Request("creator", "gone", "services", cloud.content.region, (), kinds=("release_records",))
        made = plan(request, lambda service, region: cloud.client(service, region, attempts=3))
        return [(row["action"], row["name"]) for row in made.document["changes"]]

    for number in ("1", "2"):
        release = {"id": f"r-{number}", "services": {}, "manifests": number}
        play("release_record", release=release, status="verified", tags=OURS, **where)
    assert rows() == [("delete", RELEASES)]
    play("release_record", "--check", state="absent", **where)
    assert rows() == [("delete", RELEASES)]
    play("release_record", state="absent", **where)
    assert rows() == []
    said, _found = play("release_record", state="absent", **where)
    assert '"changed": false' in said
    said, _found = play("release_record", code=2, **where)
    assert "release, status" in said


def test_destroy_removes_the_records_also_when_the_cluster_is_gone(cloud: RunningCloud, tmp_path: Path) -> None:
    ssm = cloud.client("ssm")
    ssm.put_parameter(Name="/creator/local/releases/r-1", Value='{"id": "r-1"}', Type="String")
    environment = Environment("local", cloud, tmp_path, "services")
    said = environment.play("destroy", "-e", "destroy=local")
    assert "release_records /creator/local/releases" in said
    assert ssm.get_parameters_by_path(Path="/creator/local/releases")["Parameters"] == []
