"""AWS Backup: selections, versions of plans, what is not there: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations.html"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

ROLE = "arn:aws:iam::123456789012:role/backup"


def refused(call: Callable[..., Any], code: str, **arguments: Any) -> None:
    """A call that is refused with that code."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def a_plan(client: Any, name: str) -> str:
    """A plan with one rule into a vault of its own; its id."""
    client.create_backup_vault(BackupVaultName=name)
    rule = {"RuleName": "daily", "TargetBackupVaultName": name}
    return str(client.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule]})["BackupPlanId"])


def test_missing_vault_is_denied(cloud: Any) -> None:
    """Nobody can tell a vault that is not there from one that may not be seen."""
    client = cloud.client("backup")
    refused(client.describe_backup_vault, "AccessDeniedException", BackupVaultName="absent")


def test_selection(cloud: Any) -> None:
    """Created, read with all lists, listed, deleted; the plan cannot go before it."""
    client = cloud.client("backup")
    plan = a_plan(client, "selected")
    given = {"SelectionName": "media", "IamRoleArn": ROLE, "Resources": ["arn:aws:s3:::a-bucket"]}
    made = client.create_backup_selection(BackupPlanId=plan, BackupSelection=given)["SelectionId"]
    refused(client.create_backup_selection, "AlreadyExistsException", BackupPlanId=plan, BackupSelection=given)
    found = client.get_backup_selection(BackupPlanId=plan, SelectionId=made)["BackupSelection"]
    assert found == {
        **given, "NotResources": [], "ListOfTags": [],
        "Conditions": {"StringEquals": [], "StringNotEquals": [], "StringLike": [], "StringNotLike": []},
    }  # fmt: skip
    (listed,) = client.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
    assert (listed["SelectionId"], listed["SelectionName"], listed["IamRoleArn"]) == (made, "media", ROLE)
    refused(client.delete_backup_plan, "InvalidRequestException", BackupPlanId=plan)
    client.delete_backup_selection(BackupPlanId=plan, SelectionId=made)
    refused(client.get_backup_selection, "ResourceNotFoundException", BackupPlanId=plan, SelectionId=made)
    client.delete_backup_plan(BackupPlanId=plan)
    refused(client.list_backup_selections, "ResourceNotFoundException", BackupPlanId=plan)


def test_plan_gets_a_new_version(cloud: Any) -> None:
    """The same id, other rules."""
    client = cloud.client("backup")
    plan = a_plan(client, "versioned")
    before = client.get_backup_plan(BackupPlanId=plan)
    rule = {"RuleName": "weekly", "TargetBackupVaultName": "versioned", "ScheduleExpression": "cron(0 5 ? * 1 *)"}
    client.update_backup_plan(BackupPlanId=plan, BackupPlan={"BackupPlanName": "versioned", "Rules": [rule]})
    after = client.get_backup_plan(BackupPlanId=plan)
    assert after["VersionId"] != before["VersionId"]
    assert [found["RuleName"] for found in after["BackupPlan"]["Rules"]] == ["weekly"]
