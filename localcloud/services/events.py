"""EventBridge: topics as targets, dead letters of what cannot be delivered, and targets that AWS would refuse.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from localcloud.cloud import Cloud

log = logging.getLogger("localcloud")
#: API_RetryPolicy.
LIMITS = {"MaximumEventAgeInSeconds": (60, 86400), "MaximumRetryAttempts": (0, 185)}
MOST_TARGETS = 5


def install(cloud: Cloud) -> None:
    """Patch moto's EventBridge."""
    rule: Any = Rule
    backend: Any = EventsBackend
    rule.send_to_targets = _send(rule.send_to_targets)
    backend.put_targets = _put_targets(backend.put_targets)


def _put_targets(plain: Any) -> Any:
    def put_targets(self: EventsBackend, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]) -> None:
        bus = self._get_event_bus(self._normalize_event_bus_arn(event_bus_arn))
        known = {target["Id"] for target in bus.rules[name].targets} if name in bus.rules else set()
        if len(known | {target["Id"] for target in targets}) > MOST_TARGETS:
            raise ValidationException(
                f"The requested resource exceeds the maximum number allowed: {MOST_TARGETS} targets."
            )
        for target in targets:
            _check(self.region_name, target)
        plain(self, name, event_bus_arn, targets)

    return put_targets


def _check(region: str, target: Mapping[str, Any]) -> None:
    for field, (least, most) in LIMITS.items():
        value = target.get("RetryPolicy", {}).get(field)
        if value is not None and not least <= value <= most:
            raise ValidationException(f"Parameter {field} is not valid. Reason: must be between {least} and {most}.")
    dead = target.get("DeadLetterConfig", {}).get("Arn")
    if dead and (not dead.startswith(f"arn:aws:sqs:{region}:") or dead.endswith(".fifo")):
        raise ValidationException(
            f"Parameter {dead} is not valid. Reason: the dead letter queue must be a standard SQS queue of the rule's region."
        )


def _send(plain: Any) -> Any:
    def send_to_targets(self: Rule, original_event: Any, transform_input: bool = True) -> None:
        if self.state == "DISABLED" or not self.event_pattern.matches_event(original_event):
            return
        for target in list(self.targets):
            one = copy.copy(self)
            one.targets = [target]
            try:
                _deliver(one, plain, original_event, transform_input)
            except Exception:  # as on AWS, whoever caused the event hears nothing of a target's trouble
                log.exception("event for %s could not be delivered to %s", self.name, target["Arn"])
                _bury(self, target, original_event)

    return send_to_targets


def _deliver(rule: Rule, plain: Any, event: Any, transform_input: bool) -> None:
    (target,) = rule.targets
    _partition, _aws, service, region, account, name = target["Arn"].split(":", 5)
    if service == "sns":
        message = target.get("Input") or json.dumps(dict(event), default=str)
        sns_backends[account][region].publish(message, arn=target["Arn"])
    elif service == "sqs" and target.get("Input"):
        sqs_backends[account][region].send_message(name, target["Input"])
    else:
        # moto's transformer needs a package that is not here: without a template it would only hand the event through
        plain(rule, event, transform_input and "InputTransformer" in target)


def _bury(rule: Rule, target: Mapping[str, Any], event: Any) -> None:
    dead = target.get("DeadLetterConfig", {}).get("Arn", "")
    queue = sqs_backends[rule.account_id][rule.region_name].queues.get(dead.rpartition(":")[2])
    if queue is None:
        return
    attributes = {
        "RULE_ARN": {"DataType": "String", "StringValue": rule.arn},
        "TARGET_ARN": {"DataType": "String", "StringValue": target["Arn"]},
        "ERROR_CODE": {"DataType": "String", "StringValue": "SDK_CLIENT_ERROR"},
    }
    body = json.dumps(dict(event), default=str)
    sqs_backends[rule.account_id][rule.region_name].send_message(queue.name, body, message_attributes=attributes)
