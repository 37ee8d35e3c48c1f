"""CloudTrail: no trail whose bucket, key, log group or role would not let it write; selectors that replace each other.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from localcloud.authorization.evaluation import Caller, Policies, Question, decide
from localcloud.authorization.policy import PolicyError, parse
from localcloud.cloud import Cloud

SERVICE = "cloudtrail.amazonaws.com"
MOST_TRAILS = 5
#: What API_UpdateTrail and API_CreateTrail tell of a trail, as moto's arguments.
WATCHED = ("bucket_name", "s3_key_prefix", "cw_log_group_arn", "cw_role_arn", "kms_key_id")


def install(cloud: Cloud) -> None:
    """Patch moto's CloudTrail."""
    backend: Any = CloudTrailBackend
    trail: Any = Trail
    create, update, delete = backend.create_trail, backend.update_trail, backend.delete_trail

    def create_trail(self: CloudTrailBackend, name: str, *arguments: Any, **named: Any) -> Trail:
        if name in self.trails:
            raise _refusal(
                "TrailAlreadyExistsException", f"Trail {name} already exists for customer: {self.account_id}"
            )
        if len(self.trails) >= MOST_TRAILS:
            raise _refusal(
                "MaximumNumberOfTrailsExceededException", f"User: {self.account_id} already has {MOST_TRAILS} trails"
            )
        made: Trail = create(self, name, *arguments, **named)
        try:
            _check(made)
        except JsonRESTError:
            del self.trails[name]
            raise
        return made

    def update_trail(self: CloudTrailBackend, name: str, **named: Any) -> Trail:
        found = self.get_trail(name)
        before = {field: getattr(found, field) for field in WATCHED}
        changed: Trail = update(self, name, **named)
        try:
            _check(changed)
        except JsonRESTError:
            changed.__dict__ |= before
            raise
        return changed

    def delete_trail(self: CloudTrailBackend, name: str) -> None:
        delete(self, self.get_trail(name).trail_name)

    backend.create_trail = create_trail
    backend.update_trail = update_trail
    backend.delete_trail = delete_trail
    trail.put_event_selectors = _put_selectors
    trail.description = _description(trail.description)
    response: Any = CloudTrailResponse
    response.get_event_selectors = _get_selectors


def _refusal(code: str, message: str) -> JsonRESTError:
    refusal = JsonRESTError(code, message)
    refusal.code = 400
    return refusal


def _check(trail: Trail) -> None:
    _check_bucket(trail)
    _check_key(trail)
    if bool(trail.cw_log_group_arn) != bool(trail.cw_role_arn):
        raise _refusal(
            "InvalidParameterCombinationException",
            "CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn must be given together",
        )
    if trail.cw_log_group_arn:
        _check_logs(trail)


def _allowed(trail: Trail, action: str, resource: str, document: Any, more: Mapping[str, tuple[str, ...]]) -> bool:
    context = {
        "aws:sourcearn": (trail.arn,),
        "aws:sourceaccount": (trail.account_id,),
        "aws:securetransport": ("true",),
        **more,
    }
    try:
        policy = parse("resource", document)
    except PolicyError:
        return False
    caller = Caller(SERVICE, trail.account_id, service=SERVICE)
    return decide(caller, Question(action, resource, context), Policies(resource=policy)).allowed


def _check_bucket(trail: Trail) -> None:
    bucket = s3_backends[trail.account_id]["aws"].buckets[trail.bucket_name]
    policy = json.loads(bucket.policy) if bucket.policy else {}
    arn = f"arn:aws:s3:::{trail.bucket_name}"
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    key = f"{arn}/{prefix}AWSLogs/{trail.account_id}/CloudTrail/{trail.region_name}/x.json.gz"
    acl = {"s3:x-amz-acl": ("bucket-owner-full-control",)}
    may = (
        policy
        and _allowed(trail, "s3:GetBucketAcl", arn, policy, {})
        and _allowed(trail, "s3:PutObject", key, policy, acl)
    )
    if not may:
        raise _refusal(
            "InsufficientS3BucketPolicyException",
            f"Incorrect S3 bucket policy is detected for bucket: {trail.bucket_name}",
        )


def _check_key(trail: Trail) -> None:
    if not trail.kms_key_id:
        return
    backend = kms_backends[trail.account_id][trail.region_name]
    try:
        key = backend.keys[backend.any_id_to_key_id(trail.kms_key_id)]
    except KeyError as error:
        raise _refusal("KmsKeyNotFoundException", f"KMS key {trail.kms_key_id} does not exist") from error
    if key.key_state != "Enabled":
        raise _refusal("KmsKeyDisabledException", f"KMS key {key.arn} is {key.key_state}")
    context = {"kms:encryptioncontext:aws:cloudtrail:arn": (trail.arn,)}
    if not _allowed(trail, "kms:GenerateDataKey", key.arn, json.loads(key.policy), context):
        raise _refusal(
            "InsufficientEncryptionPolicyException",
            "Insufficient permissions to access S3 bucket or KMS key: the key policy does not let CloudTrail use it",
        )
    trail.kms_key_id = key.arn


def _check_logs(trail: Trail) -> None:
    prefix = f"arn:aws:logs:{trail.region_name}:{trail.account_id}:log-group:"
    group = trail.cw_log_group_arn.removeprefix(prefix).removesuffix(":*")
    groups = logs_backends[trail.account_id][trail.region_name].groups
    if not trail.cw_log_group_arn.endswith(":*") or group not in groups:
        raise _refusal(
            "InvalidCloudWatchLogsLogGroupArnException",
            "CloudTrail cannot validate the specified log group ARN: it must name a log group and end with :*",
        )
    roles = iam_backends[trail.account_id]["aws"].roles.values()
    role = next((role for role in list(roles) if role.arn == trail.cw_role_arn), None)
    document = role.assume_role_policy_document if role is not None else "{}"
    if not _allowed(trail, "sts:AssumeRole", trail.cw_role_arn, json.loads(document), {}):
        raise _refusal(
            "InvalidCloudWatchLogsRoleArnException",
            "Access denied. Check the permissions for your role: it must exist and trust cloudtrail.amazonaws.com",
        )


def _put_selectors(trail: Trail, event_selectors: list[Any], advanced_event_selectors: list[Any]) -> None:
    if bool(event_selectors) == bool(advanced_event_selectors):
        raise _refusal("InvalidEventSelectorsException", "Give either EventSelectors or AdvancedEventSelectors")
    for selector in advanced_event_selectors or []:
        fields = {row["Field"] for row in selector["FieldSelectors"]}
        category = next(
            (row.get("Equals") for row in selector["FieldSelectors"] if row["Field"] == "eventCategory"), None
        )
        if category is None or (category == ["Data"] and "resources.type" not in fields):
            raise _refusal(
                "InvalidEventSelectorsException", "A selector needs eventCategory, and one of Data resources.type"
            )
    trail.event_selectors = event_selectors or []
    trail.advanced_event_selectors = advanced_event_selectors or []


def _get_selectors(response: CloudTrailResponse) -> str:
    trail = response.cloudtrail_backend.get_trail(response._get_param("TrailName"))
    basic, advanced = trail.get_event_selectors()
    if not basic and not advanced:  # what a new trail records
        rows = [
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "DataResources": [],
                "ExcludeManagementEventSources": [],
            }
        ]
        return json.dumps({"TrailARN": trail.arn, "EventSelectors": rows})
    key = "AdvancedEventSelectors" if advanced else "EventSelectors"
    return json.dumps({"TrailARN": trail.arn, key: advanced or basic})


def _description(plain: Any) -> Any:
    def description(trail: Trail, include_region: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = plain(trail, include_region)
        found["HasCustomEventSelectors"] = bool(trail.event_selectors or trail.advanced_event_selectors)
        return {key: value for key, value in found.items() if value is not None}

    return description
