"""Phases add up to the clock, the loss is an interval, and one verdict stands at the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.drill import ledger, parity
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 11, 24, 8, tzinfo=UTC)


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


@given(st.lists(st.integers(0, 5_000_000), min_size=1, max_size=12))
def test_phases_add_up_to_the_wall_clock(milliseconds: list[int]) -> None:
    marks, elapsed = [], 0.0
    for index, each in enumerate(milliseconds):
        elapsed += each / 1000
        marks.append({"phase": f"p{index}", "at": at(elapsed)})
    rows = ledger.phases(at(0), marks)
    assert sum(row["seconds"] for row in rows) == pytest.approx(elapsed, abs=0.002 * len(rows))


def test_time_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ledger.LedgerError, match="Phase b ends"):
        ledger.phases(at(0), [{"phase": "a", "at": at(5)}, {"phase": "b", "at": at(4)}])


def test_only_what_a_recovery_needs_counts_for_the_rto() -> None:
    marks = [
        {"phase": name, "at": at(10 * (index + 1))}
        for index, name in enumerate(("preflight", "select", *ledger.RECOVERY, "remove"))
    ]
    assert ledger.rto_seconds(ledger.phases(at(0), marks)) == 70
    assert ledger.rto_seconds(ledger.phases(at(0), marks[:4])) is None


@pytest.mark.parametrize(
    ("disaster", "last", "following", "upper", "lower"),
    [
        (at(100), at(40), at(45), 60, 55),
        (at(100), at(40), None, 60, 0),
        (at(100), at(101), None, 0, 0),
        (at(100), None, None, None, None),
        (None, at(40), None, None, None),
    ],
)
def test_rpo_is_an_interval(disaster: str, last: str, following: str, upper: float, lower: float) -> None:
    found = ledger.rpo(disaster, last, following, 900)
    assert (found["upper_bound_seconds"], found["lower_bound_seconds"]) == (upper, lower)


def facts(**changes: Any) -> dict[str, Any]:
    good = {
        "run": "r",
        "source": "s",
        "copy": "c",
        "started": at(0),
        "requested_time": at(0),
        "disaster": at(20),
        "marks": [{"phase": name, "at": at(30 + index)} for index, name in enumerate((*ledger.RECOVERY, "remove"))],
        "parity": [{"setting": "engine", "source": "postgres", "copy": "postgres", "status": "equal", "reason": ""}],
        "comparison": {
            "verdict": "succeeded",
            "reason": "content_equal",
            "message": "All equal.",
            "tables": [],
            "last_heartbeat": at(10),
            "next_heartbeat": at(12),
        },
        "failure": "",
        "removal": {"removed": ["c"], "left": []},
        "rpo_target": 900,
        "rto_target": 14400,
    }
    return good | changes


DIFFERENT = {"setting": "engine", "source": "a", "copy": "b", "status": "different", "reason": ""}


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({}, "succeeded", "content_equal"),
        (
            {"comparison": {"verdict": "failed", "reason": "content_differs", "message": "m"}, "failure": "x"},
            "failed",
            "content_differs",
        ),
        ({"failure": "Restore: no room"}, "failed", "phase_failed"),
        ({"comparison": {}}, "inconclusive", "not_compared"),
        (
            {"comparison": {"verdict": "inconclusive", "reason": "coverage_low", "message": "m"}},
            "inconclusive",
            "coverage_low",
        ),
        ({"parity": []}, "inconclusive", "settings_not_compared"),
        ({"parity": [DIFFERENT]}, "failed", "settings_differ"),
        ({"disaster": None}, "inconclusive", "not_measured"),
        ({"disaster": at(2000)}, "failed", "rpo_missed"),
        ({"rto_target": 1}, "failed", "rto_missed"),
        ({"removal": {"removed": [], "left": ["c (busy)"]}}, "failed", "not_removed"),
        ({"removal": None}, "failed", "not_removed"),
    ],
)
def test_verdicts(changes: dict[str, Any], verdict: str, reason: str) -> None:
    found = ledger.document(facts(**changes))
    assert (found["verdict"], found["reason"]) == (verdict, reason)
    assert found["message"]


def test_document_of_a_drill_that_failed_early_is_whole() -> None:
    early = facts(
        marks=[],
        parity=None,
        comparison=None,
        disaster=None,
        failure="Record: refused",
        removal={"removed": [], "left": []},
    )
    found = ledger.document(early)
    assert found["verdict"] == "failed"
    assert "Record: refused" in found["message"]
    assert found["finished"] == found["started"]


INSTANCE = {
    "Engine": "postgres",
    "EngineVersion": "15.8",
    "DBInstanceClass": "db.t4g.medium",
    "MultiAZ": True,
    "DeletionProtection": True,
    "BackupRetentionPeriod": 30,
    "DBParameterGroups": [{"DBParameterGroupName": "g", "ParameterApplyStatus": "in-sync"}],
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-2"}, {"VpcSecurityGroupId": "sg-1"}],
    "TagList": [{"Key": "a", "Value": "b"}],
    "MaxAllocatedStorage": 100,
    "EnabledCloudwatchLogsExports": ["postgresql"],
    "StorageType": "gp3",
}
AS_RESTORED = {
    **INSTANCE,
    "MultiAZ": False,
    "DeletionProtection": False,
    "BackupRetentionPeriod": 0,
    "EnabledCloudwatchLogsExports": [],
}
del AS_RESTORED["MaxAllocatedStorage"]


def test_parity_knows_what_a_copy_may_have_otherwise() -> None:
    rows = parity.compare(INSTANCE, AS_RESTORED)
    assert len(rows) >= 30
    assert parity.different(rows) == []
    expected = {row["setting"] for row in rows if row["status"] == "expected"}
    assert expected == {"multi_az", "deletion_protection", "backup_retention", "log_exports", "max_allocated_storage"}
    assert all(row["reason"] for row in rows if row["status"] == "expected")


DRIFTS = {
    "Engine": "mysql",
    "EngineVersion": "15.7",
    "DBInstanceClass": "db.r8g.large",
    "StorageType": "gp2",
    "AllocatedStorage": 5,
    "MaxAllocatedStorage": 7,
    "Iops": 1,
    "StorageThroughput": 1,
    "DedicatedLogVolume": True,
    "StorageEncrypted": True,
    "KmsKeyId": "k",
    "MultiAZ": True,
    "NetworkType": "DUAL",
    "PubliclyAccessible": True,
    "DBSubnetGroup": {"DBSubnetGroupName": "default"},
    "VpcSecurityGroups": [],
    "DBParameterGroups": [{"DBParameterGroupName": "default", "ParameterApplyStatus": "in-sync"}],
    "OptionGroupMemberships": [{"OptionGroupName": "o"}],
    "CACertificateIdentifier": "c",
    "IAMDatabaseAuthenticationEnabled": True,
    "DBName": "n",
    "MasterUsername": "m",
    "DeletionProtection": True,
    "BackupRetentionPeriod": 7,
    "AutoMinorVersionUpgrade": True,
    "CopyTagsToSnapshot": True,
    "EnabledCloudwatchLogsExports": ["upgrade"],
    "MonitoringInterval": 60,
    "PerformanceInsightsEnabled": True,
    "AssociatedRoles": [{"RoleArn": "r"}],
    "PendingModifiedValues": {"Port": 1},
    "EngineLifecycleSupport": "x",
    "LicenseModel": "l",
    "CharacterSetName": "c",
}


@pytest.mark.parametrize("field", DRIFTS)
def test_every_drift_is_found(field: str) -> None:
    source = {**INSTANCE, "MultiAZ": False, "DeletionProtection": False}
    found = parity.different(parity.compare(source, {**AS_RESTORED, field: DRIFTS[field]}))
    assert len(found) == 1, found


def test_a_class_that_was_asked_for_is_expected() -> None:
    copy = {**AS_RESTORED, "DBInstanceClass": "db.t4g.small"}
    assert parity.different(parity.compare(INSTANCE, copy)) != []
    assert parity.different(parity.compare(INSTANCE, copy, instance_class="db.t4g.small")) == []
