"""E-mail through SNS: one topic for each sender and address, with a prefix that the role is for."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from muster.delivery.port import Sent

_LONGEST_SUBJECT = 99
_GONE = frozenset({"NotFound", "NotFoundException"})


class SnsMail:
    """Topics and their subscriptions by e-mail."""

    def __init__(self, client: Any, *, stage: str, key: str = "") -> None:
        """`client` is a boto3 client of SNS; `key` encrypts the topics, empty: AWS's own."""
        self._client = client
        self._prefix = f"muster-{stage}-search-"
        self._key = key

    def subscribe(self, topic: str, address: str) -> None:
        """Make the topic, and ask the address to subscribe."""
        arn = self._topic(topic)
        self._client.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)

    def has_reader(self, topic: str) -> bool:
        """Tell whether the topic's address has subscribed."""
        try:
            found = self._client.list_subscriptions_by_topic(TopicArn=self._topic(topic))
        except (BotoCoreError, ClientError):
            return True  # who can't be asked is sent to: SNS sends to nobody who has not confirmed
        return any(each["SubscriptionArn"].startswith("arn:") for each in found["Subscriptions"])

    def publish(self, topic: str, subject: str, text: str) -> Sent:
        """Send an e-mail to the topic's address."""
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


def _subject(text: str) -> str:
    """Return the text as SNS takes it: ASCII, in one line, less than 100 characters."""
    plain = "".join(c if c.isascii() and c.isprintable() else "?" for c in text).strip()
    return plain[:_LONGEST_SUBJECT] or "Muster"
