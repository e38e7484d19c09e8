"""What e-mail through SNS has to do, as far as an emulator tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from muster.delivery.sns import SnsMail


@pytest.fixture
def client(credentials: None) -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sns", region_name="eu-central-1")


def names(client: Any) -> list[str]:
    return [each["TopicArn"].rpartition(":")[2] for each in client.list_topics()["Topics"]]


def test_a_topic_has_the_stages_prefix_and_one_address(client: Any) -> None:
    """The role may write to topics of this prefix alone; made twice it is one."""
    mail = SnsMail(client, stage="dev")

    mail.subscribe("t1", "desk@acme.example")
    mail.subscribe("t1", "desk@acme.example")

    assert names(client) == ["muster-dev-search-t1"]
    [found] = client.list_subscriptions()["Subscriptions"]
    assert (found["Protocol"], found["Endpoint"]) == ("email", "desk@acme.example")


def test_an_e_mail_is_published_in_plain_text(client: Any) -> None:
    """The subject as SNS takes it: one line of ASCII, shorter than a hundred."""
    mail = SnsMail(client, stage="dev")
    mail.subscribe("t1", "desk@acme.example")

    sent = mail.publish("t1", "Bürö\n" + "x" * 200, "Text äöü")

    assert sent.delivered


def test_what_sns_refuses_is_said_and_not_raised(client: Any) -> None:
    too_long = "x" * 300_000

    sent = SnsMail(client, stage="dev").publish("t1", "Hello", too_long)

    assert (sent.delivered, sent.again) == (False, True)


def test_a_topic_goes_with_its_subscription(client: Any) -> None:
    """Removing it twice is no error."""
    mail = SnsMail(client, stage="dev")
    mail.subscribe("t1", "desk@acme.example")

    mail.remove("t1")
    mail.remove("t1")

    assert names(client) == []
    assert not mail.has_reader("t1")


def test_topics_are_encrypted_with_the_stacks_key(client: Any) -> None:
    mail = SnsMail(client, stage="dev", key="arn:aws:kms:eu-central-1:123456789012:key/k")

    mail.subscribe("t1", "desk@acme.example")

    [topic] = client.list_topics()["Topics"]
    attributes = client.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    assert attributes["KmsMasterKeyId"].endswith("key/k")
