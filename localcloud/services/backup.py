"""AWS Backup: selections and new versions of plans; a vault that is not there, and a plan or vault in use.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupSelection.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupPlan.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateBackupPlan.html
A vault that does not exist and one that may not be seen are told apart by nobody: both are AccessDeniedException.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from moto.backup.exceptions import (
    AlreadyExistsException,
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from moto.backup.models import BackupBackend, Plan
from moto.backup.responses import BackupResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from localcloud.cloud import Cloud

_CONDITIONS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
_PATH = re.compile(r"/backup/plans/(?P<plan>[^/]+)(?:/selections(?:/(?P<selection>[^/]+))?)?/?$")


class VaultAccessDeniedError(JsonRESTError):
    """What a vault that does not exist answers."""

    code = 403

    def __init__(self, name: str) -> None:
        super().__init__("AccessDeniedException", f"Insufficient privileges to perform this action on vault {name}.")


def install(cloud: Cloud) -> None:
    """Patch moto's AWS Backup."""
    response: Any = BackupResponse
    backend: Any = BackupBackend
    for operation in (
        create_backup_selection, get_backup_selection, list_backup_selections, delete_backup_selection, update_backup_plan,
    ):  # fmt: skip
        setattr(response, operation.__name__, operation)
    backend.describe_backup_vault = _guarded(backend.describe_backup_vault)
    backend.delete_backup_vault = _guarded(backend.delete_backup_vault)
    backend.delete_backup_plan = _without_selections(backend.delete_backup_plan)


def _guarded(plain: Callable[..., Any]) -> Callable[..., Any]:
    def ask(backend: Any, backup_vault_name: str) -> Any:
        if backup_vault_name not in backend.vaults:
            raise VaultAccessDeniedError(backup_vault_name)
        return plain(backend, backup_vault_name)

    return ask


def _without_selections(plain: Callable[..., Any]) -> Callable[..., Any]:
    def delete_backup_plan(backend: Any, backup_plan_id: str) -> Any:
        if _selections(backend, backup_plan_id):
            raise InvalidRequestException(
                "Related backup plan selections must be deleted prior to backup plan deletion"
            )
        return plain(backend, backup_plan_id)

    return delete_backup_plan


def _plan(response: Any) -> tuple[Plan, str]:
    """The plan that the path names, and the id of the selection, empty when it names none."""
    path = _PATH.fullmatch(urlsplit(response.uri).path)
    identifier = unquote(path["plan"]) if path else ""
    plan = response.backup_backend.plans.get(identifier)
    if plan is None or plan.deletion_date is not None:
        raise ResourceNotFoundException(f"Cannot find Backup plan with ID {identifier}")
    return plan, unquote(path["selection"] or "") if path else ""


def _selections(backend: Any, plan_id: str) -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, dict[str, Any]]] = backend.__dict__.setdefault("localcloud_selections", {})
    return kept.setdefault(plan_id, {})


def _selection(response: Any) -> dict[str, Any]:
    plan, identifier = _plan(response)
    found = _selections(response.backup_backend, plan.backup_plan_id).get(identifier)
    if found is None:
        raise ResourceNotFoundException(f"Cannot find Backup selection with ID {identifier}")
    return found


def create_backup_selection(response: Any) -> ActionResult:
    """CreateBackupSelection."""
    plan, _ = _plan(response)
    asked = json.loads(response.body)
    given = asked["BackupSelection"]
    kept = _selections(response.backup_backend, plan.backup_plan_id)
    _check(given)
    if any(found["BackupSelection"]["SelectionName"] == given["SelectionName"] for found in kept.values()):
        raise AlreadyExistsException(f"Backup selection {given['SelectionName']} already exists for the plan.")
    identifier = str(mock_random.uuid4())
    kept[identifier] = {
        "SelectionId": identifier,
        "BackupPlanId": plan.backup_plan_id,
        "CreationDate": unix_time(),
        "CreatorRequestId": asked.get("CreatorRequestId"),
        "BackupSelection": {
            "SelectionName": given["SelectionName"],
            "IamRoleArn": given["IamRoleArn"],
            **{name: given.get(name) or [] for name in ("Resources", "NotResources", "ListOfTags")},
            "Conditions": {name: (given.get("Conditions") or {}).get(name) or [] for name in _CONDITIONS},
        },
    }
    return ActionResult({name: kept[identifier][name] for name in ("SelectionId", "BackupPlanId", "CreationDate")})


def _check(given: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html"""
    if re.fullmatch(r"[a-zA-Z0-9._-]{1,50}", given["SelectionName"]) is None:
        raise InvalidParameterValueException(
            "Selection name must be 1 to 50 letters, digits, points, dashes or underscores"
        )
    if re.fullmatch(r"arn:[a-z-]+:iam::\d{12}:role/.+", given["IamRoleArn"]) is None:
        raise InvalidParameterValueException(f"Invalid IAM role ARN: {given['IamRoleArn']}")


def get_backup_selection(response: Any) -> ActionResult:
    """GetBackupSelection."""
    return ActionResult(_selection(response))


def list_backup_selections(response: Any) -> ActionResult:
    """ListBackupSelections."""
    plan, _ = _plan(response)
    members = [
        {
            **{name: found[name] for name in ("SelectionId", "BackupPlanId", "CreationDate", "CreatorRequestId")},
            **{name: found["BackupSelection"][name] for name in ("SelectionName", "IamRoleArn")},
        }
        for found in _selections(response.backup_backend, plan.backup_plan_id).values()
    ]
    return ActionResult({"BackupSelectionsList": members})


def delete_backup_selection(response: Any) -> ActionResult:
    """DeleteBackupSelection."""
    found = _selection(response)
    del _selections(response.backup_backend, found["BackupPlanId"])[found["SelectionId"]]
    return ActionResult({})


def update_backup_plan(response: Any) -> ActionResult:
    """UpdateBackupPlan: the plan keeps its id and gets a new version."""
    plan, _ = _plan(response)
    made = Plan(json.loads(response.body)["BackupPlan"], plan.creator_request_id, response.backup_backend)
    for name in ("backup_plan", "version_id", "advanced_backup_settings"):
        setattr(plan, name, getattr(made, name))
    return ActionResult(plan.to_dict())
