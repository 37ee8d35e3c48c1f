from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instance import absent, facts, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found

PARAMS = {
    "name": "db",
    "purge_tags": True,
    "apply_immediately": False,
    "final_snapshot": "",
    "delete_automated_backups": True,
}
ANSWER: dict[str, Any] = {
    "Engine": "postgres",
    "EngineVersion": "15.9",
    "DBInstanceClass": "db.t4g.medium",
    "AllocatedStorage": 80,
    "MaxAllocatedStorage": 100,
    "DBInstanceArn": "arn",
    "DBInstanceStatus": "available",
    "DeletionProtection": True,
    "EnabledCloudwatchLogsExports": ["postgresql"],
    "PerformanceInsightsEnabled": True,
    "PerformanceInsightsRetentionPeriod": 7,
    "PerformanceInsightsKMSKeyId": "key",
    "MasterUserSecret": {"SecretArn": "secret", "KmsKeyId": "key"},
    "TagList": [{"Key": "a", "Value": "1"}, {"Key": "aws:x", "Value": "2"}],
}
FOUND = Found(project(ANSWER), facts(ANSWER))


def test_what_waits_for_the_window_counts_as_made() -> None:
    pending = {
        "DBInstanceClass": "db.m7g.large",
        "EngineVersion": "16.1",
        "PendingCloudwatchLogsExports": {"LogTypesToEnable": ["upgrade"], "LogTypesToDisable": ["postgresql"]},
    }
    properties = project({**ANSWER, "PendingModifiedValues": pending})
    assert (properties["instance_class"], properties["major_version"]) == ("db.m7g.large", "16")
    assert properties["log_exports"] == ["upgrade"]


def test_a_new_instance_is_one_request_without_a_password() -> None:
    desired = {
        "engine": "postgres",
        "managed_password": True,
        "password_key": "key",
        "performance_insights_days": 31,
        "log_exports": ["upgrade", "postgresql"],
        "monitoring_role": "",
    }
    ((method, request),) = present(PARAMS, desired, None).calls
    assert method == "create_db_instance"
    assert request == {
        "DBInstanceIdentifier": "db",
        "Engine": "postgres",
        "ManageMasterUserPassword": True,
        "MasterUserSecretKmsKeyId": "key",
        "EnablePerformanceInsights": True,
        "PerformanceInsightsRetentionPeriod": 31,
        "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
        "Tags": [],
    }


@pytest.mark.parametrize(
    ("desired", "request_part"),
    [
        ({"instance_class": "db.m7g.large"}, {"DBInstanceClass": "db.m7g.large"}),
        ({"allocated_storage": 100}, {"AllocatedStorage": 100}),
        ({"engine_version": "16"}, {"EngineVersion": "16", "AllowMajorVersionUpgrade": True}),
        (
            {"log_exports": ["upgrade"]},
            {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["upgrade"], "DisableLogTypes": ["postgresql"]}},
        ),
        ({"performance_insights_days": 0}, {"EnablePerformanceInsights": False}),
        (
            {"performance_insights_days": 31},
            {
                "EnablePerformanceInsights": True,
                "PerformanceInsightsRetentionPeriod": 31,
                "PerformanceInsightsKMSKeyId": "key",
            },
        ),
    ],
)
def test_a_change_is_one_request_at_the_time_that_was_asked_for(
    desired: dict[str, Any], request_part: dict[str, Any]
) -> None:
    ((method, request),) = present(PARAMS, desired, FOUND).calls
    assert method == "modify_db_instance"
    assert request == {**request_part, "DBInstanceIdentifier": "db", "ApplyImmediately": False}


@pytest.mark.parametrize("desired", [{"allocated_storage": 20}, {"engine_version": "15"}, {"engine_version": "15.2"}])
def test_what_rds_grew_or_upgraded_by_itself_stays(desired: dict[str, Any]) -> None:
    assert not present(PARAMS, desired, FOUND).changed


@pytest.mark.parametrize(
    ("desired", "said"),
    [
        ({"kms_key": "other"}, "RDS cannot change kms_key"),
        ({"max_allocated_storage": 50}, "50 GiB, but it has 80 GiB"),
        ({"engine_version": "14"}, "RDS never goes back"),
        ({"performance_insights_key": "other"}, "while Performance Insights is on"),
    ],
)
def test_what_rds_cannot_change_is_refused(desired: dict[str, Any], said: str) -> None:
    with pytest.raises(ChangeError, match=said):
        present(PARAMS, desired, FOUND)


def test_tags_are_changed_beside() -> None:
    methods = [method for method, _request in present(PARAMS, {"tags": {"b": "2"}}, FOUND).calls]
    assert methods == ["add_tags_to_resource", "remove_tags_from_resource"]


def test_protection_goes_before_the_instance() -> None:
    calls = absent({**PARAMS, "final_snapshot": "last"}, FOUND).calls
    assert [method for method, _request in calls] == ["modify_db_instance", "delete_db_instance"]
    assert calls[1][1]["FinalDBSnapshotIdentifier"] == "last"
    assert calls[1][1]["SkipFinalSnapshot"] is False
    assert absent(PARAMS, Found(FOUND.properties, {**FOUND.facts, "status": "deleting"})).calls == []
