"""Sends what a run tells, to each who is not told yet, and says what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from muster.access.model import Tenant
from muster.delivery.port import Courier, Sent
from muster.ledger.model import Record
from muster.scope import Scope
from muster.searches.scheduled.addresses import courier_of, topic_of
from muster.searches.scheduled.model import MAX_TRIES
from muster.searches.scheduled.secret import signed_headers

type Delivery = Mapping[str, Any]

_OVER = frozenset({"delivered", "failed", "not_confirmed"})


@dataclass(frozen=True)
class Post:
    """What is to be sent, and to whom."""

    schedule: Record
    tenant: Tenant
    message_id: str
    """The same for every try, so that a receiver can tell a repetition."""
    place: str
    """What the names of the stored messages begin with."""
    deliver: Sequence[Delivery]
    subject: str


def begun(delivery: Delivery) -> dict[str, Any]:
    """Return what is told of a delivery before it is tried: of a webhook, its host alone."""
    where = delivery.get("address") or urlsplit(delivery.get("url", "")).netloc
    named = {"where": where} if where else {}
    return {"to": delivery["to"], **named, "outcome": "waiting", "detail": "", "tries": 0}


class Sender:
    """Sends once to each who is not told yet."""

    def __init__(self, scope: Scope, post: Post) -> None:
        self._scope = scope
        self._post = post

    def sent(self, before: Sequence[Mapping[str, Any]], tries: int) -> list[dict[str, Any]]:
        """Return what came of each delivery, `before` being what came of it so far."""
        pairs = zip(self._post.deliver, before, strict=True)
        return [
            dict(told) if told["outcome"] in _OVER else {**told, **self._one(each, tries)}
            for each, told in pairs
        ]

    def _one(self, delivery: Delivery, tries: int) -> dict[str, Any]:
        sent = self._sent(delivery)
        if sent is None:
            outcome, detail = "not_confirmed", "the address has no subscription by now"
        else:
            outcome, detail = _outcome(sent, tries), sent.detail
        return {"outcome": outcome, "detail": detail, "tries": tries}

    def _sent(self, delivery: Delivery) -> Sent | None:
        """Send one, and return what came of it; None where nobody would read it."""
        if delivery["to"] == "webhook":
            return self._hook(delivery["url"])
        if delivery["to"] == "email":
            return self._mail(delivery["address"])
        return Sent(delivered=True, detail="the job's result file")

    @property
    def _courier(self) -> Courier:
        return courier_of(self._scope)

    def _hook(self, url: str) -> Sent:
        post = self._post
        body = self._scope.objects.get(f"{post.place}webhook") or b""
        now = self._scope.now()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Muster",
            **signed_headers(post.tenant, post.schedule, post.message_id, now, body),
        }
        return self._courier.post(url, headers, body)

    def _mail(self, address: str) -> Sent | None:
        topic = topic_of(self._scope.tenant, self._post.schedule.id, address)
        if not self._courier.has_reader(topic):
            return None
        text = (self._scope.objects.get(f"{self._post.place}mail") or b"").decode()
        return self._courier.publish(topic, self._post.subject, text)


def _outcome(sent: Sent, tries: int) -> str:
    if sent.delivered:
        return "delivered"
    return "waiting" if sent.again and tries < MAX_TRIES else "failed"
