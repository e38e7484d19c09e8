"""E-mail through SNS: one topic for each sender, with a prefix that the role is bound to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from muster.delivery.port import Sent, Subscribed

_LONGEST_SUBJECT = 99
_PENDING = "PendingConfirmation"
_GONE = frozenset({"NotFound", "NotFoundException"})


class SnsMail:
    """Topics and their subscriptions by e-mail."""

    def __init__(self, client: Any, *, stage: str, key: str = "") -> None:
        """`client` is a boto3 client of SNS; `key` encrypts the topics, empty: AWS's own."""
        self._client = client
        self._prefix = f"muster-{stage}-search-"
        self._key = key

    def subscribe(self, topic: str, addresses: Sequence[str]) -> None:
        """Make the topic where there is none, and ask these addresses to subscribe."""
        arn = self._topic(topic)
        for address in addresses:
            self._client.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)

    def unsubscribe(self, topic: str, addresses: Sequence[str]) -> None:
        """Take these addresses from a topic; one that never confirmed vanishes by itself."""
        wanted = {each.casefold() for each in addresses}
        for found in self._subscriptions(topic):
            arn = found["SubscriptionArn"]
            if found["Endpoint"].casefold() in wanted and arn.startswith("arn:"):
                self._client.unsubscribe(SubscriptionArn=arn)

    def subscribers(self, topic: str) -> Mapping[str, Subscribed]:
        """Return a topic's addresses."""
        try:
            return {
                each["Endpoint"]: "pending" if each["SubscriptionArn"] == _PENDING else "confirmed"
                for each in self._subscriptions(topic)
                if each["SubscriptionArn"] != "Deleted"
            }
        except (BotoCoreError, ClientError):
            return {}

    def publish(self, topic: str, subject: str, text: str) -> Sent:
        """Send an e-mail to all who have confirmed."""
        try:
            arn = self._topic(topic)
            self._client.publish(TopicArn=arn, Subject=_subject(subject), Message=text)
        except (BotoCoreError, ClientError):
            return Sent(delivered=False, detail="the mail service did not take it", again=True)
        return Sent(delivered=True, detail="sent")

    def remove(self, topic: str) -> None:
        """Remove a topic; one that is not there is no error."""
        try:
            self._client.delete_topic(TopicArn=self._topic(topic))
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise

    def _topic(self, topic: str) -> str:
        """Return the topic's ARN; made anew, it is the same one."""
        options = {"Attributes": {"KmsMasterKeyId": self._key}} if self._key else {}
        made = self._client.create_topic(Name=self._prefix + topic, **options)
        arn: str = made["TopicArn"]
        return arn

    def _subscriptions(self, topic: str) -> list[dict[str, str]]:
        pages = self._client.get_paginator("list_subscriptions_by_topic")
        found = pages.paginate(TopicArn=self._topic(topic))
        return [each for page in found for each in page["Subscriptions"]]


def _subject(text: str) -> str:
    """Return the text as SNS takes it: ASCII, in one line, less than 100 characters."""
    plain = "".join(c if c.isascii() and c.isprintable() else "?" for c in text).strip()
    return plain[:_LONGEST_SUBJECT] or "Muster"
