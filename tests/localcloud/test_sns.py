"""SNS through boto3: topics, subscriptions that wait, and mail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud

WIDE = '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sns:*", "Resource": "*"}]}'


def refused(call: Any, **parameters: Any) -> str:
    """AWS's error code."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def mail(cloud: RunningCloud, address: str) -> list[dict[str, Any]]:
    """What was sent to an address."""
    text = (cloud.state / "mail" / f"{address}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_topic_tells_what_it_was_given(cloud: RunningCloud) -> None:
    client = cloud.client("sns")
    arn = client.create_topic(Name="told", Attributes={"SignatureVersion": "2", "KmsMasterKeyId": "alias/x"})[
        "TopicArn"
    ]
    found = client.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (found["SignatureVersion"], found["KmsMasterKeyId"]) == ("2", "alias/x")
    client.set_topic_attributes(TopicArn=arn, AttributeName="SignatureVersion", AttributeValue="1")
    assert client.get_topic_attributes(TopicArn=arn)["Attributes"]["SignatureVersion"] == "1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SignatureVersion", "3"),
        ("Policy", "{"),
        ("Policy", '{"Statement": []}'),
        ("NoSuchThing", "1"),
        ("Policy", WIDE),
    ],
)
def test_wrong_attributes_are_refused(cloud: RunningCloud, name: str, value: str) -> None:
    client = cloud.client("sns")
    assert refused(client.create_topic, Name="wrong", Attributes={name: value}) == "InvalidParameter"
    arn = client.create_topic(Name="right")["TopicArn"]
    code = refused(client.set_topic_attributes, TopicArn=arn, AttributeName=name, AttributeValue=value)
    assert code == "InvalidParameter"


def test_a_topic_is_created_again_only_as_it_is(cloud: RunningCloud) -> None:
    client = cloud.client("sns")
    same = {"Name": "same", "Attributes": {"DisplayName": "x"}, "Tags": [{"Key": "a", "Value": "1"}]}
    assert client.create_topic(**same)["TopicArn"] == client.create_topic(**same)["TopicArn"]
    assert refused(client.create_topic, **{**same, "Tags": [{"Key": "a", "Value": "2"}]}) == "InvalidParameter"
    assert refused(client.create_topic, **{**same, "Attributes": {"DisplayName": "y"}}) == "InvalidParameter"


def test_mail_waits_for_its_confirmation(cloud: RunningCloud) -> None:
    client = cloud.client("sns")
    arn = client.create_topic(Name="alarms")["TopicArn"]
    asked = client.subscribe(TopicArn=arn, Protocol="email", Endpoint="ops@example.com")
    assert asked["SubscriptionArn"] == "pending confirmation"
    (listed,) = client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    assert client.get_topic_attributes(TopicArn=arn)["Attributes"]["SubscriptionsPending"] == "1"
    client.publish(TopicArn=arn, Message="nobody hears this")
    (letter,) = mail(cloud, "ops@example.com")
    assert refused(client.confirm_subscription, TopicArn=arn, Token="wrong") == "InvalidParameter"
    confirmed = client.confirm_subscription(TopicArn=arn, Token=letter["Token"])["SubscriptionArn"]
    (listed,) = client.list_subscriptions()["Subscriptions"]
    assert listed["SubscriptionArn"] == confirmed
    client.publish(TopicArn=arn, Subject="ALARM", Message="disk is full")
    assert mail(cloud, "ops@example.com")[-1]["Message"] == "disk is full"
    assert client.get_topic_attributes(TopicArn=arn)["Attributes"]["SubscriptionsConfirmed"] == "1"


def test_a_queue_needs_no_confirmation(cloud: RunningCloud) -> None:
    client, queues = cloud.client("sns"), cloud.client("sqs")
    url = queues.create_queue(QueueName="heard")["QueueUrl"]
    endpoint = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    arn = client.create_topic(Name="events")["TopicArn"]
    subscription = client.subscribe(
        TopicArn=arn, Protocol="sqs", Endpoint=endpoint, Attributes={"RawMessageDelivery": "true"}
    )["SubscriptionArn"]
    assert (
        client.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]["PendingConfirmation"] == "false"
    )
    client.publish(TopicArn=arn, Message="hello")
    assert queues.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"


@pytest.mark.parametrize("name", ["HTTPSuccessFeedbackSampleRate", "LambdaFailureFeedbackRoleArn"])
def test_what_deliveries_report_can_be_set(cloud: RunningCloud, name: str) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="feedback")["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue="0")
    with pytest.raises(ClientError, match="AttributeName"):
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name + "s", AttributeValue="0")
