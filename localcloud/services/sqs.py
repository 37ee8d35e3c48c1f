"""SQS: attributes that stay when others are set, limits, who may use a dead-letter queue, and messages moved back from it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import unix_time_millis
from moto.sqs.exceptions import InvalidAttributeValue, InvalidParameterValue, SQSException
from moto.sqs.models import Queue, SQSBackend, sqs_backends
from moto.sqs.responses import SQSResponse

from localcloud.cloud import Cloud

#: Attribute -> smallest and largest value (API_SetQueueAttributes).
LIMITS = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86400),
    "MaximumMessageSize": (1024, 1048576),
    "MessageRetentionPeriod": (60, 1209600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43200),
}
#: AWS seconds for which the name of a deleted queue is not given away again (API_DeleteQueue).
NAME_REST_SECONDS = 60
FASTEST = 500
RUNNING = ("RUNNING", "CANCELLING")


def install(cloud: Cloud) -> None:
    """Patch moto's SQS."""
    queue: Any = Queue
    queue.redrive_allow_policy = None
    queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    queue.attributes = property(_attributes(queue.attributes.fget))
    queue.add_message = _add_message(queue.add_message)
    _install_backend(cloud)
    _install_moves(cloud)


def _install_backend(cloud: Cloud) -> None:
    plain: Any = SQSBackend
    create, change, remove = plain.create_queue, plain.set_queue_attributes, plain.delete_queue

    def create_queue(backend: SQSBackend, name: str, tags: Any = None, **attributes: Any) -> Queue:
        deleted = backend.__dict__.get("localcloud_deleted", {}).get(name, 0.0)
        if name not in backend.queues and time.time() < deleted + cloud.seconds(NAME_REST_SECONDS):
            raise SQSException(
                "AWS.SimpleQueueService.QueueDeletedRecently",
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
            )
        _check(backend, name, attributes)
        made: Queue = create(backend, name, tags, **attributes)
        return made

    def set_queue_attributes(backend: SQSBackend, queue_name: str, attributes: dict[str, Any]) -> Queue:
        queue = backend.get_queue(queue_name)
        _check(backend, queue_name, attributes)
        # moto takes the policy away whenever other attributes are set
        changed: Queue = change(backend, queue_name, {"Policy": queue.policy, **attributes})
        return changed

    def delete_queue(backend: SQSBackend, queue_name: str) -> None:
        remove(backend, queue_name)
        backend.__dict__.setdefault("localcloud_deleted", {})[queue_name] = time.time()

    plain.create_queue = create_queue
    plain.set_queue_attributes = set_queue_attributes
    plain.delete_queue = delete_queue


def _attributes(plain: Any) -> Any:
    def attributes(queue: Queue) -> dict[str, Any]:
        result: dict[str, Any] = plain(queue)
        if result.get("KmsMasterKeyId"):
            result["SqsManagedSseEnabled"] = "false"
        if not result.get("RedriveAllowPolicy"):
            result.pop("RedriveAllowPolicy", None)
        return result

    return attributes


def _check(backend: SQSBackend, name: str, attributes: Mapping[str, Any]) -> None:
    for attribute, (least, most) in LIMITS.items():
        if attribute in attributes and not _within(attributes[attribute], least, most):
            raise InvalidAttributeValue(attribute)
    for attribute in ("Policy", "RedriveAllowPolicy"):
        if attributes.get(attribute):
            _json(attribute, attributes[attribute])
    redrive = attributes.get("RedrivePolicy")
    if redrive:
        _check_allowed(backend, name, redrive if isinstance(redrive, dict) else _json("RedrivePolicy", redrive))


def _within(value: Any, least: int, most: int) -> bool:
    try:
        return least <= int(value) <= most
    except (TypeError, ValueError):
        return False


def _json(attribute: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidAttributeValue(attribute) from error


def _check_allowed(backend: SQSBackend, name: str, policy: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"""
    if policy and not _within(policy.get("maxReceiveCount"), 1, 1000):
        raise InvalidParameterValue(
            f"Value {json.dumps(policy)} for parameter RedrivePolicy is invalid. Reason: Invalid value for maxReceiveCount: "
            f"{policy.get('maxReceiveCount')}, valid values are from 1 to 1000 both inclusive."
        )
    source = f"arn:aws:sqs:{backend.region_name}:{backend.account_id}:{name}"
    for target in list(backend.queues.values()):
        if target.queue_arn != policy.get("deadLetterTargetArn"):
            continue
        allowed = json.loads(getattr(target, "redrive_allow_policy", None) or "{}")
        permission = allowed.get("redrivePermission", "allowAll")
        if permission == "denyAll" or (permission == "byQueue" and source not in allowed.get("sourceQueueArns", [])):
            raise InvalidParameterValue(
                f"Value {json.dumps(policy)} for parameter RedrivePolicy is invalid. Reason: Queue {target.name} does not "
                "allow this queue to use it as its dead letter queue."
            )


def _add_message(plain: Any) -> Any:
    def add_message(queue: Queue, message: Any) -> None:
        # The queue that a message came to first is where it is moved back to.
        message.__dict__.setdefault("localcloud_source", queue.queue_arn)
        plain(queue, message)

    return add_message


def _install_moves(cloud: Cloud) -> None:
    response: Any = SQSResponse

    def start(self: SQSResponse) -> ActionResult:
        source = _by_arn(self, self._get_param("SourceArn"))
        if not self.sqs_backend.list_dead_letter_source_queues(source.name):
            raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
        destination = self._get_param("DestinationArn")
        if destination:
            _by_arn(self, destination)
        rate = self._get_param("MaxNumberOfMessagesPerSecond")
        if rate is not None and not _within(rate, 1, FASTEST):
            raise InvalidParameterValue(
                f"Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be from 1 to {FASTEST}."
            )
        tasks = _tasks(self.sqs_backend)
        if any(task["SourceArn"] == source.queue_arn and task["Status"] in RUNNING for task in tasks):
            raise SQSException(
                "AWS.SimpleQueueService.UnsupportedOperation", "There is already a task running for this queue."
            )
        count = len(source.messages)
        task = {
            "TaskHandle": str(uuid.uuid4()),
            "Status": "RUNNING",
            "SourceArn": source.queue_arn,
            "ApproximateNumberOfMessagesMoved": 0,
            "ApproximateNumberOfMessagesToMove": count,
            "StartedTimestamp": int(unix_time_millis()),
            **({"DestinationArn": destination} if destination else {}),
            **({"MaxNumberOfMessagesPerSecond": rate} if rate else {}),
        }
        tasks.insert(0, task)
        place = (self.current_account, self.region)
        cloud.later(1 + count / (rate or FASTEST), lambda: _move(cloud, place, task["TaskHandle"]), "sqs-move")
        return ActionResult({"TaskHandle": task["TaskHandle"]})

    def listed(self: SQSResponse) -> ActionResult:
        source = _by_arn(self, self._get_param("SourceArn"))
        most = int(self._get_param("MaxResults") or 1)
        found = [dict(task) for task in _tasks(self.sqs_backend) if task["SourceArn"] == source.queue_arn][:most]
        for task in found:
            if task["Status"] != "RUNNING":
                del task["TaskHandle"]
        return ActionResult({"Results": found})

    def cancel(self: SQSResponse) -> ActionResult:
        handle = self._get_param("TaskHandle")
        task = next((task for task in _tasks(self.sqs_backend) if task["TaskHandle"] == handle), None)
        if task is None or task["Status"] != "RUNNING":
            raise SQSException("ResourceNotFoundException", "Task does not exist.")
        task["Status"] = "CANCELLING"
        return ActionResult({"ApproximateNumberOfMessagesMoved": task["ApproximateNumberOfMessagesMoved"]})

    response.start_message_move_task = start
    response.list_message_move_tasks = listed
    response.cancel_message_move_task = cancel


def _by_arn(response: SQSResponse, arn: str) -> Queue:
    queue = next((queue for queue in response.sqs_backend.queues.values() if queue.queue_arn == arn), None)
    if queue is None:
        raise SQSException("ResourceNotFoundException", "The resource that you specified for the ARN doesn't exist.")
    return queue


def _tasks(backend: SQSBackend) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = backend.__dict__.setdefault("localcloud_moves", [])
    return tasks


def _move(cloud: Cloud, place: tuple[str, str], handle: str) -> None:
    """End a task: all visible messages go to its destination, or each to the queue that it came from."""
    with cloud.lock:
        backend = sqs_backends[place[0]][place[1]]
        task = next(task for task in _tasks(backend) if task["TaskHandle"] == handle)
        source = next((queue for queue in backend.queues.values() if queue.queue_arn == task["SourceArn"]), None)
        if task["Status"] == "CANCELLING" or source is None:
            task["Status"] = "CANCELLED"
        else:
            task["Status"] = "COMPLETED"
            for message in list(source.messages):
                arn = task.get("DestinationArn") or getattr(message, "localcloud_source", source.queue_arn)
                name = str(arn).rpartition(":")[2]
                if name not in backend.queues or name == source.name:
                    task |= {"Status": "FAILED", "FailureReason": "AWS.SimpleQueueService.NonExistentQueue"}
                    break
                # A moved message is a new one, with an id and a time of its own.
                backend.send_message(name, message.body, message_attributes=message.message_attributes)
                source._messages.remove(message)
                task["ApproximateNumberOfMessagesMoved"] += 1
        cloud.touched("sqs")
