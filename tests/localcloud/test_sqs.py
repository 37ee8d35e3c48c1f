"""SQS through boto3: attributes, limits, dead letters and their way back."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]}
)


def refused(call: Any, **parameters: Any) -> str:
    """AWS's error code."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def attributes(client: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def test_setting_one_attribute_leaves_the_others(cloud: RunningCloud) -> None:
    client = cloud.client("sqs")
    url = client.create_queue(QueueName="kept", Attributes={"Policy": POLICY, "VisibilityTimeout": "60"})["QueueUrl"]
    client.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "5"})
    found = attributes(client, url)
    assert json.loads(found["Policy"]) == json.loads(POLICY)
    assert (found["VisibilityTimeout"], found["DelaySeconds"]) == ("60", "5")
    client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in attributes(client, url)


def test_a_key_replaces_the_encryption_of_sqs(cloud: RunningCloud) -> None:
    client = cloud.client("sqs")
    url = client.create_queue(QueueName="sealed")["QueueUrl"]
    assert attributes(client, url)["SqsManagedSseEnabled"] == "true"
    client.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": "alias/x"})
    found = attributes(client, url)
    assert (found["SqsManagedSseEnabled"], found["KmsDataKeyReusePeriodSeconds"]) == ("false", "300")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("VisibilityTimeout", "43201"),
        ("MessageRetentionPeriod", "59"),
        ("DelaySeconds", "901"),
        ("ReceiveMessageWaitTimeSeconds", "21"),
        ("MaximumMessageSize", "1023"),
        ("KmsDataKeyReusePeriodSeconds", "59"),
        ("Policy", "{"),
    ],
)
def test_values_out_of_bounds_are_refused(cloud: RunningCloud, attribute: str, value: str) -> None:
    client = cloud.client("sqs")
    assert refused(client.create_queue, QueueName="wrong", Attributes={attribute: value}) == "InvalidAttributeValue"
    url = client.create_queue(QueueName="bounds")["QueueUrl"]
    code = refused(client.set_queue_attributes, QueueUrl=url, Attributes={attribute: value})
    assert code == "InvalidAttributeValue"


def test_a_dead_letter_queue_says_who_may_use_it(cloud: RunningCloud) -> None:
    client = cloud.client("sqs")
    url = client.create_queue(QueueName="theirs-dlq")["QueueUrl"]
    arn = attributes(client, url)["QueueArn"]
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": [arn.replace("theirs-dlq", "theirs")]}
    client.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": json.dumps(allow)})
    assert json.loads(attributes(client, url)["RedriveAllowPolicy"]) == allow
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})}
    client.create_queue(QueueName="theirs", Attributes=redrive)
    assert refused(client.create_queue, QueueName="strangers", Attributes=redrive) == "InvalidParameterValue"
    often = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1001})}
    assert refused(client.create_queue, QueueName="theirs", Attributes=often) == "InvalidParameterValue"


def test_the_name_of_a_deleted_queue_rests(cloud: RunningCloud) -> None:
    client = cloud.client("sqs")
    url = client.create_queue(QueueName="gone")["QueueUrl"]
    client.delete_queue(QueueUrl=url)
    assert refused(client.create_queue, QueueName="gone") == "AWS.SimpleQueueService.QueueDeletedRecently"
    time.sleep(60 * cloud.factor + 0.05)
    client.create_queue(QueueName="gone")


def dead_letters(client: Any, name: str) -> tuple[str, str, str]:
    """A queue whose one message is in its dead-letter queue: URL, URL and ARN of the latter."""
    dead = client.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
    arn = attributes(client, dead)["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    url = client.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})[
        "QueueUrl"
    ]
    client.send_message(QueueUrl=url, MessageBody="hello")
    for _attempt in range(2):
        client.receive_message(QueueUrl=url)
    assert attributes(client, dead)["ApproximateNumberOfMessages"] == "1"
    return url, dead, arn


def task_of(client: Any, arn: str) -> dict[str, Any]:
    """The newest task, once it has ended."""
    for _attempt in range(100):
        task: dict[str, Any] = client.list_message_move_tasks(SourceArn=arn)["Results"][0]
        if task["Status"] not in ("RUNNING", "CANCELLING"):
            return task
        time.sleep(0.02)
    raise AssertionError(task)


def test_dead_letters_are_moved_back(cloud: RunningCloud) -> None:
    client = cloud.client("sqs")
    url, dead, arn = dead_letters(client, "renders")
    assert client.start_message_move_task(SourceArn=arn)["TaskHandle"]
    task = task_of(client, arn)
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)
    assert "TaskHandle" not in task
    assert attributes(client, dead)["ApproximateNumberOfMessages"] == "0"
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "hello"


def test_a_move_can_be_cancelled_and_is_alone(cloud: RunningCloud) -> None:
    client = cloud.client("sqs")
    _url, dead, arn = dead_letters(client, "payments")
    for _number in range(20):
        client.send_message(QueueUrl=dead, MessageBody="x")
    handle = client.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    code = refused(client.start_message_move_task, SourceArn=arn)
    assert code == "AWS.SimpleQueueService.UnsupportedOperation"
    client.cancel_message_move_task(TaskHandle=handle)
    assert task_of(client, arn)["Status"] == "CANCELLED"
    assert refused(client.cancel_message_move_task, TaskHandle=handle) == "ResourceNotFoundException"


def test_only_dead_letter_queues_are_moved_from(cloud: RunningCloud) -> None:
    client = cloud.client("sqs")
    arn = attributes(client, client.create_queue(QueueName="plain")["QueueUrl"])["QueueArn"]
    assert refused(client.start_message_move_task, SourceArn=arn) == "InvalidParameterValue"
    assert refused(client.start_message_move_task, SourceArn=f"{arn}-none") == "ResourceNotFoundException"


def test_queues_outlive_the_cloud(cloud: RunningCloud) -> None:
    client = cloud.client("sqs")
    url = client.create_queue(QueueName="lasting", Attributes={"DelaySeconds": "7"})["QueueUrl"]
    cloud.kill()
    cloud.up()
    assert (
        attributes(cloud.client("sqs"), cloud.client("sqs").get_queue_url(QueueName="lasting")["QueueUrl"])[
            "DelaySeconds"
        ]
        == "7"
    ), url
