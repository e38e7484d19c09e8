"""The courier of a deployment: webhooks by itself, e-mail through SNS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from muster.delivery.port import Sent

if TYPE_CHECKING:
    from muster.delivery.sns import SnsMail


@dataclass(frozen=True)
class Outside:
    """What the outside is to a deployment."""

    stage: str
    url: str = ""
    """Where people reach the API, without `/v1`."""
    private: bool = False
    """Whether webhooks may go into private networks."""
    key: str = ""
    """The KMS key of the topics; empty: AWS's own."""


class OutsideCourier:
    """Under the contract of `muster.delivery.port.Courier`."""

    def __init__(self, make_client: Callable[[], Any], outside: Outside) -> None:
        """`make_client` gives a client of SNS, asked for when the first e-mail needs it."""
        self._make_client = make_client
        self._outside = outside

    def refusal(self, url: str) -> str | None:
        """Return why this can't be a webhook's address, or None."""
        from muster.delivery.webhook import url_refusal

        return url_refusal(url, private=self._outside.private)

    def link(self, path: str) -> str:
        """Return the address at which people find a path of the API."""
        return self._outside.url.rstrip("/") + path

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Send a webhook once."""
        from muster.delivery.webhook import Webhooks

        return Webhooks(private=self._outside.private).post(url, headers, body)

    def subscribe(self, topic: str, address: str) -> None:
        """Ask an address to subscribe."""
        self._mail.subscribe(topic, address)

    def has_reader(self, topic: str) -> bool:
        """Tell whether a topic's address has subscribed."""
        return self._mail.has_reader(topic)

    def publish(self, topic: str, subject: str, text: str) -> Sent:
        """Send an e-mail."""
        return self._mail.publish(topic, subject, text)

    def remove(self, topic: str) -> None:
        """Remove a topic."""
        self._mail.remove(topic)

    @cached_property
    def _mail(self) -> SnsMail:
        from muster.delivery.sns import SnsMail

        return SnsMail(self._make_client(), stage=self._outside.stage, key=self._outside.key)
