"""A courier in memory, for tests: what it would have sent is there to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from muster.delivery.port import Sent
from muster.delivery.webhook import url_refusal


@dataclass
class MemoryCourier:
    """Under the contract of `muster.delivery.port.Courier`."""

    posted: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    mails: list[tuple[str, str, str]] = field(default_factory=list)
    topics: dict[str, str] = field(default_factory=dict)
    """The address of each."""
    readers: set[str] = field(default_factory=set)
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

    def subscribe(self, topic: str, address: str) -> None:
        """Note who was asked."""
        self.asked.append(address)
        self.topics.setdefault(topic, address)

    def confirm(self, address: str) -> None:
        """Do as the address's owner does who follows the link."""
        self.readers.add(address)

    def has_reader(self, topic: str) -> bool:
        """Tell whether the topic's address has subscribed."""
        return self.topics.get(topic) in self.readers

    def publish(self, topic: str, subject: str, text: str) -> Sent:
        """Keep an e-mail."""
        self.mails.append((topic, subject, text))
        return Sent(delivered=True, detail="sent")

    def remove(self, topic: str) -> None:
        """Remove a topic."""
        self.topics.pop(topic, None)
