"""What the rest of Muster may ask of who carries things out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

type Subscribed = Literal["confirmed", "pending"]


@dataclass(frozen=True)
class Sent:
    """What became of one attempt."""

    delivered: bool
    detail: str
    """For people: `200`, or why it was not delivered. Nothing of what the other side said."""
    again: bool = False
    """Whether it may go better later."""


class Courier(Protocol):
    """Carries webhooks and e-mail. Nothing here raises for what the other side does.

    A topic is what one sender's e-mail goes through; people subscribe to it, which they confirm by
    themselves, and end by a link in each message.
    """

    def refusal(self, url: str) -> str | None:
        """Return why this can't be a webhook's address, or None. Asks nobody."""
        ...

    def link(self, path: str) -> str:
        """Return the address at which people find a path of the API, such as `/v1/assets`."""
        ...

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Send a webhook: once, within ten seconds, without following redirects."""
        ...

    def subscribe(self, topic: str, addresses: Sequence[str]) -> None:
        """Make the topic where there is none, and ask these addresses to subscribe."""
        ...

    def unsubscribe(self, topic: str, addresses: Sequence[str]) -> None:
        """Take these addresses from a topic, those that have confirmed."""
        ...

    def subscribers(self, topic: str) -> Mapping[str, Subscribed]:
        """Return a topic's addresses; one that unsubscribed is not among them."""
        ...

    def publish(self, topic: str, subject: str, text: str) -> Sent:
        """Send an e-mail to all who have confirmed."""
        ...

    def remove(self, topic: str) -> None:
        """Remove a topic with its subscriptions; one that is not there is no error."""
        ...
