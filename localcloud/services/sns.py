"""SNS: subscriptions that wait for their confirmation, a mailbox for those by mail, topics that tell all their attributes.

https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import camelcase_to_underscores
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend, Subscription, Topic
from moto.sns.responses import SNSResponse

from localcloud.cloud import Cloud

MAIL = ("email", "email-json")
#: Protocols whose endpoint must agree first.
CONFIRMED_BY_ENDPOINT = (*MAIL, "http", "https")
#: What API_SetTopicAttributes takes for topics that are not FIFO.
SETTABLE = (
    "DeliveryPolicy",
    "DisplayName",
    "KmsMasterKeyId",
    "Policy",
    "SignatureVersion",
    "TracingConfig",
)
TOPIC_ACTIONS = (
    "AddPermission",
    "DeleteTopic",
    "GetDataProtectionPolicy",
    "GetTopicAttributes",
    "ListSubscriptionsByTopic",
    "ListTagsForResource",
    "Publish",
    "PutDataProtectionPolicy",
    "Receive",
    "RemovePermission",
    "SetTopicAttributes",
    "Subscribe",
)
# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
FEEDBACK = tuple(
    f"{protocol}{rest}"
    for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
    for rest in ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
)


def install(cloud: Cloud) -> None:
    """Patch moto's SNS."""
    topic: Any = Topic
    topic.signature_version = None
    topic.tracing_config = None
    _install_topics()
    _install_subscriptions(cloud)


def _install_topics() -> None:
    backend: Any = SNSBackend
    response: Any = SNSResponse
    create, change, told = backend.create_topic, backend.set_topic_attribute, response.get_topic_attributes

    def create_topic(self: SNSBackend, name: str, attributes: Any = None, tags: Any = None) -> Topic:
        for attribute, value in (attributes or {}).items():
            if attribute not in ("FifoTopic", "ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy"):
                _check(attribute, value)
        arn = f"arn:aws:sns:{self.region_name}:{self.account_id}:{name}"
        existing = self.topics.get(arn)
        if existing is not None and tags and existing._tags != tags:
            raise SNSInvalidParameter("Invalid parameter: Tags Reason: Topic already exists with different tags")
        if existing is not None and any(
            _text(existing, key) != str(value) for key, value in (attributes or {}).items()
        ):
            raise SNSInvalidParameter(
                "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
            )
        made: Topic = create(self, name, attributes, tags)
        return made

    def set_topic_attribute(self: SNSBackend, topic_arn: str, attribute_name: str, attribute_value: str) -> None:
        name = next(
            (name for name in SETTABLE + FEEDBACK if camelcase_to_underscores(name) == attribute_name), attribute_name
        )
        if not attribute_name.startswith(("content_based", "fifo_", "archive_")):
            _check(name, attribute_value)
        change(self, topic_arn, attribute_name, attribute_value)

    def get_topic_attributes(self: SNSResponse) -> ActionResult:
        result: ActionResult = told(self)
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        attributes: Any = result._result["Attributes"]  # type: ignore[index]
        states = [_waits(subscription) for subscription in self.backend._get_topic_subscriptions(topic)]
        attributes |= {"SubscriptionsPending": states.count(True), "SubscriptionsConfirmed": states.count(False)}
        for name in ("SignatureVersion", "TracingConfig"):
            value = getattr(topic, camelcase_to_underscores(name))
            if value:
                attributes[name] = value
        return result

    backend.create_topic = create_topic
    backend.set_topic_attribute = set_topic_attribute
    response.get_topic_attributes = get_topic_attributes


def _text(topic: Topic, attribute: str) -> str:
    value = getattr(topic, camelcase_to_underscores(attribute), None)
    return "" if value is None else str(value)


def _check(name: str, value: Any) -> None:
    if name not in SETTABLE + FEEDBACK:
        raise SNSInvalidParameter("Invalid parameter: AttributeName")
    if name == "SignatureVersion" and value not in ("1", "2"):
        raise SNSInvalidParameter("Invalid parameter: SignatureVersion")
    if name == "TracingConfig" and value not in ("PassThrough", "Active"):
        raise SNSInvalidParameter("Invalid parameter: TracingConfig")
    if name == "Policy":
        try:
            statements = json.loads(value)["Statement"]
        except (ValueError, KeyError, TypeError) as error:
            raise SNSInvalidParameter("Invalid parameter: Policy Error: null") from error
        if not statements:
            raise SNSInvalidParameter("Invalid parameter: Policy statement must not be empty")
        for statement in statements if isinstance(statements, list) else [statements]:
            _check_actions(statement.get("Action", []))


def _check_actions(actions: str | list[str]) -> None:
    """A topic policy names actions on topics; SNS refuses a wildcard.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
    """
    for action in [actions] if isinstance(actions, str) else actions:
        service, _, name = action.partition(":")
        if service.lower() != "sns" or name not in TOPIC_ACTIONS:
            raise SNSInvalidParameter("Invalid parameter: Policy statement action out of service scope!")


def _waits(subscription: Subscription) -> bool:
    return bool(subscription.attributes.get("PendingConfirmation"))


def _install_subscriptions(cloud: Cloud) -> None:
    backend: Any = SNSBackend
    response: Any = SNSResponse
    subscribe, publish = backend.subscribe, Subscription.publish

    def subscribed(self: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        known = self._find_subscription(topic_arn, endpoint, protocol)
        subscription: Subscription = subscribe(self, topic_arn, endpoint, protocol)
        if protocol in CONFIRMED_BY_ENDPOINT and (known is None or _waits(subscription)):
            token = secrets.token_hex(64)
            subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
            subscription.__dict__["localcloud_token"] = token
            if protocol in MAIL:
                _deliver(cloud, endpoint, {"Type": "SubscriptionConfirmation", "TopicArn": topic_arn, "Token": token})
        return subscription

    def published(self: Subscription, message: str, message_id: str, *rest: Any, **named: Any) -> None:
        if _waits(self):
            return
        if self.protocol in MAIL:
            subject = named.get("subject")
            letter = {"Type": "Notification", "TopicArn": self.topic_arn, "Subject": subject, "Message": message}
            _deliver(cloud, self.endpoint, letter)
            return
        publish(self, message, message_id, *rest, **named)

    backend.subscribe = subscribed
    Subscription.publish = published  # type: ignore[method-assign]
    response.subscribe = _shown_after_subscribe(response.subscribe)
    for name in ("list_subscriptions", "list_subscriptions_by_topic"):
        setattr(response, name, _shown_in_list(getattr(response, name)))
    response.confirm_subscription = _confirm


def _deliver(cloud: Cloud, address: str, letter: dict[str, Any]) -> None:
    """Append a mail to `<state>/mail/<address>.jsonl`: nothing of this cloud leaves the machine."""
    folder = cloud.state / "mail"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / f"{re.sub(r'[^A-Za-z0-9@._+-]', '_', address)}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(letter) + "\n")


def _shown_after_subscribe(plain: Any) -> Any:
    def subscribe(self: SNSResponse) -> ActionResult:
        result: ActionResult = plain(self)
        answer: Any = result._result
        waits = _waits(self.backend.subscriptions[answer["SubscriptionArn"]])
        if waits and str(self._get_param("ReturnSubscriptionArn")).lower() != "true":
            answer["SubscriptionArn"] = "pending confirmation"
        return result

    return subscribe


def _shown_in_list(plain: Any) -> Any:
    def listed(self: SNSResponse) -> ActionResult:
        result: ActionResult = plain(self)
        answer: Any = result._result
        answer["Subscriptions"] = [
            {
                "SubscriptionArn": "PendingConfirmation" if _waits(subscription) else subscription.arn,
                "Owner": subscription.owner,
                "Protocol": subscription.protocol,
                "Endpoint": subscription.endpoint,
                "TopicArn": subscription.topic_arn,
            }
            for subscription in answer["Subscriptions"]
        ]
        return result

    return listed


def _confirm(self: SNSResponse) -> ActionResult | EmptyResult:
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    token = self._get_param("Token")
    for subscription in self.backend._get_topic_subscriptions(topic):
        if token and getattr(subscription, "localcloud_token", None) == token:
            subscription.attributes["PendingConfirmation"] = False
            return ActionResult({"SubscriptionArn": subscription.arn})
    raise SNSInvalidParameter("Invalid parameter: Token")
