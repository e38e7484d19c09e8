"""Sends what a run tells, to each who is not told yet, and says what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from muster.access.model import Tenant
from muster.delivery.port import Courier, Sent, Subscribed
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
    """Sends once to each who is not told yet. The e-mail goes to all its addresses in one."""

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
        if delivery["to"] == "file":
            outcome, detail = "delivered", "the job's result file"
        elif delivery["to"] == "email" and delivery["address"].casefold() not in self._readers:
            outcome, detail = "not_confirmed", "the address has no subscription by now"
        else:
            sent = self._mailed if delivery["to"] == "email" else self._hook(delivery["url"])
            outcome, detail = _outcome(sent, tries), sent.detail
        return {"outcome": outcome, "detail": detail, "tries": tries}

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

    @cached_property
    def _topic(self) -> str:
        return topic_of(self._scope.tenant, self._post.schedule.id)

    @cached_property
    def _readers(self) -> frozenset[str]:
        """The addresses that have confirmed, folded."""
        states: Mapping[str, Subscribed] = self._courier.subscribers(self._topic)
        return frozenset(a.casefold() for a, state in states.items() if state == "confirmed")

    @cached_property
    def _mailed(self) -> Sent:
        text = (self._scope.objects.get(f"{self._post.place}mail") or b"").decode()
        return self._courier.publish(self._topic, self._post.subject, text)


def _outcome(sent: Sent, tries: int) -> str:
    if sent.delivered:
        return "delivered"
    return "waiting" if sent.again and tries < MAX_TRIES else "failed"
