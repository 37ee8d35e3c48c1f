"""AWS Config: rules that are not there are an error, rules say how they are run, recorders need a role and a bucket.

https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigRules.html
https://docs.aws.amazon.com/config/latest/APIReference/API_PutDeliveryChannel.html
https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.config.exceptions import NoSuchConfigRuleException
from moto.config.models import ConfigBackend, ConfigRule
from moto.core.exceptions import JsonRESTError
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from localcloud.authorization.evaluation import Caller, Policies, Question, decide
from localcloud.authorization.policy import PolicyError, parse
from localcloud.cloud import Cloud

SERVICE = "config.amazonaws.com"


def install(cloud: Cloud) -> None:
    """Patch moto's AWS Config."""
    backend: Any = ConfigBackend
    rule: Any = ConfigRule
    describe, record, deliver = (
        backend.describe_config_rules,
        backend.put_configuration_recorder,
        backend.put_delivery_channel,
    )
    put = backend.put_config_rule
    rule.to_dict = _with_modes(rule.to_dict)

    def describe_config_rules(self: ConfigBackend, names: list[str] | None, next_token: str | None) -> dict[str, Any]:
        missing = next((name for name in names or [] if name not in self.config_rules), None)
        if missing:
            raise NoSuchConfigRuleException(missing)
        found: dict[str, Any] = describe(self, names, next_token)
        return found

    def put_configuration_recorder(self: ConfigBackend, config_recorder: dict[str, Any]) -> None:
        arn = config_recorder.get("roleARN", "")
        roles = iam_backends[self.account_id]["aws"].roles.values()
        if arn and not any(role.arn == arn for role in list(roles)):
            raise _refusal("InvalidRoleException", f"The role {arn} does not exist or AWS Config cannot assume it.")
        record(self, config_recorder)

    def put_delivery_channel(self: ConfigBackend, delivery_channel: dict[str, Any]) -> None:
        _check_bucket(self, delivery_channel)
        deliver(self, delivery_channel)

    def put_config_rule(self: ConfigBackend, config_rule: dict[str, Any], tags: Any = None) -> str:
        if not self.recorders:
            raise _refusal(
                "NoAvailableConfigurationRecorderException",
                "Configuration recorder is not available to put config rule.",
            )
        arn: str = put(self, config_rule, tags)
        return arn

    backend.describe_config_rules = describe_config_rules
    backend.put_configuration_recorder = put_configuration_recorder
    backend.put_delivery_channel = put_delivery_channel
    backend.put_config_rule = put_config_rule


def _refusal(code: str, message: str) -> JsonRESTError:
    refusal = JsonRESTError(code, message)
    refusal.code = 400
    return refusal


def _with_modes(plain: Any) -> Any:
    def to_dict(self: ConfigRule) -> dict[str, Any]:
        return {**plain(self), "EvaluationModes": [{"Mode": "DETECTIVE"}]}

    return to_dict


def _check_bucket(backend: ConfigBackend, channel: dict[str, Any]) -> None:
    """Config writes a test object when it is given a bucket, and says what came of it."""
    name = channel.get("s3BucketName")
    bucket = s3_backends[backend.account_id]["aws"].buckets.get(name)
    if name and bucket is None:
        raise _refusal(
            "NoSuchBucketException", f"Cannot find a S3 bucket with an empty bucket name: {name} does not exist."
        )
    if bucket is None:
        return
    prefix = f"{channel['s3KeyPrefix']}/" if channel.get("s3KeyPrefix") else ""
    key = f"arn:aws:s3:::{name}/{prefix}AWSLogs/{backend.account_id}/Config/ConfigWritabilityCheckFile"
    context = {
        "aws:sourceaccount": (backend.account_id,),
        "aws:securetransport": ("true",),
        "s3:x-amz-acl": ("bucket-owner-full-control",),
    }
    try:
        policy = parse("bucket", json.loads(bucket.policy) if bucket.policy else {})
    except PolicyError:
        policy = parse("bucket", {})
    caller = Caller(SERVICE, backend.account_id, service=SERVICE)
    if not decide(caller, Question("s3:PutObject", key, context), Policies(resource=policy)).allowed:
        raise _refusal(
            "InsufficientDeliveryPolicyException",
            f"Insufficient delivery policy to s3 bucket: {name}, unable to write to bucket.",
        )
