"""A courier in memory, for tests: what it would have sent is there to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muster.delivery.port import Sent, Subscribed
from muster.delivery.webhook import url_refusal


@dataclass
class MemoryCourier:
    """Under the contract of `muster.delivery.port.Courier`."""

    posted: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    mails: list[tuple[str, str, str]] = field(default_factory=list)
    topics: dict[str, dict[str, Subscribed]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Addresses that were asked to subscribe, each time."""
    answers: list[Sent] = field(default_factory=list)
    """What the next webhooks are answered, the first one first; then all are delivered."""

    def refusal(self, url: str) -> str | None:
        """Return why this can't be a webhook's address."""
        return url_refusal(url, private=False)

    def link(self, path: str) -> str:
        """Return an address."""
        return f"https://muster.test{path}"

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Keep a webhook."""
        self.posted.append((url, dict(headers), body))
        return self.answers.pop(0) if self.answers else Sent(delivered=True, detail="200")

    def subscribe(self, topic: str, addresses: Sequence[str]) -> None:
        """Note who was asked."""
        known = self.topics.setdefault(topic, {})
        self.asked += addresses
        known.update({each: "pending" for each in addresses if each not in known})

    def unsubscribe(self, topic: str, addresses: Sequence[str]) -> None:
        """Forget these addresses."""
        for each in addresses:
            self.topics.get(topic, {}).pop(each, None)

    def confirm(self, address: str) -> None:
        """Do as the address's owner does who follows the link."""
        for known in self.topics.values():
            if address in known:
                known[address] = "confirmed"

    def subscribers(self, topic: str) -> Mapping[str, Subscribed]:
        """Return a topic's addresses."""
        return dict(self.topics.get(topic, {}))

    def publish(self, topic: str, subject: str, text: str) -> Sent:
        """Keep an e-mail."""
        self.mails.append((topic, subject, text))
        return Sent(delivered=True, detail="sent")

    def remove(self, topic: str) -> None:
        """Remove a topic."""
        self.topics.pop(topic, None)
