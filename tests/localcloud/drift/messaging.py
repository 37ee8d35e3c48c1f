"""Changes behind our back in queues, topics and rules."""

from __future__ import annotations

from tests.localcloud.drift import Change, World


def queue(world: World, name: str) -> str:
    """URL of a queue."""
    return str(world.client("sqs").get_queue_url(QueueName=f"{world.prefix}-{name}")["QueueUrl"])


def topic(world: World, name: str) -> str:
    """ARN of a topic."""
    return f"arn:aws:sns:{world.region}:{world.account}:{world.prefix}-{name}"


def visibility(world: World) -> None:
    world.client("sqs").set_queue_attributes(QueueUrl=queue(world, "renders"), Attributes={"VisibilityTimeout": "5"})


def policy(world: World) -> None:
    world.client("sqs").set_queue_attributes(QueueUrl=queue(world, "payments"), Attributes={"Policy": ""})


def dead_letters(world: World) -> None:
    world.client("sqs").set_queue_attributes(QueueUrl=queue(world, "notifications"), Attributes={"RedrivePolicy": ""})


def dead_retention(world: World) -> None:
    attributes = {"MessageRetentionPeriod": "3600"}
    world.client("sqs").set_queue_attributes(QueueUrl=queue(world, "renders-dlq"), Attributes=attributes)


def stranger_tag(world: World) -> None:
    world.client("sqs").tag_queue(QueueUrl=queue(world, "media-events"), Tags={"owner": "somebody"})


def key(world: World) -> None:
    world.client("sns").set_topic_attributes(
        TopicArn=topic(world, "alarms"), AttributeName="KmsMasterKeyId", AttributeValue=""
    )


def raw(world: World) -> None:
    client = world.client("sns")
    (row,) = client.list_subscriptions_by_topic(TopicArn=topic(world, "events"))["Subscriptions"]
    client.set_subscription_attributes(
        SubscriptionArn=row["SubscriptionArn"], AttributeName="RawMessageDelivery", AttributeValue="false"
    )


def silence(world: World) -> None:
    world.client("events").disable_rule(Name=f"{world.prefix}-media-created")


def stranger_target(world: World) -> None:
    target = {"Id": "stranger", "Arn": f"arn:aws:sqs:{world.region}:{world.account}:{world.prefix}-payments"}
    world.client("events").put_targets(Rule=f"{world.prefix}-image-pushed", Targets=[target])


CHANGES = [
    Change("sqs_queue", "visibility_seconds", "somebody is impatient", visibility, "{prefix}-renders"),
    Change("sqs_queue", "policy", "somebody opens a queue without TLS", policy, "{prefix}-payments"),
    Change("sqs_queue", "dead_letter_arn", "somebody wants no dead letters", dead_letters, "{prefix}-notifications"),
    Change("sqs_queue", "retention_seconds", "somebody tidies dead letters up", dead_retention, "{prefix}-renders-dlq"),
    Change("sqs_queue", "tags", "somebody claims a queue", stranger_tag, "{prefix}-media-events"),
    Change("sns_topic", "kms_key", "somebody has trouble with the key", key, "{prefix}-alarms"),
    Change(
        "sns_subscription",
        "raw_delivery",
        "somebody wants the envelope",
        raw,
        "{prefix}-events sqs {prefix}-notifications",
    ),
    Change("events_rule", "enabled", "somebody stops events for a while", silence, "{prefix}-media-created"),
    Change("events_rule", "targets", "somebody listens too", stranger_target, "{prefix}-image-pushed"),
]
