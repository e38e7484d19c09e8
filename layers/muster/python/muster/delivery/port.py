"""What the rest of Muster may ask of who carries things out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


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

    A topic is what a sender's e-mail to one address goes through. Whoever reads it subscribes, by a
    link in a first message, and ends it by a link in each message. Each address has its own, since
    who takes one subscription from a topic needs the permission for those of all topics.
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

    def subscribe(self, topic: str, address: str) -> None:
        """Make the topic, and ask the address to subscribe."""
        ...

    def has_reader(self, topic: str) -> bool:
        """Tell whether the topic's address has subscribed, and not ended it since."""
        ...

    def publish(self, topic: str, subject: str, text: str) -> Sent:
        """Send an e-mail to the topic's address."""
        ...

    def remove(self, topic: str) -> None:
        """Remove a topic with its subscription; one that is not there is no error."""
        ...
