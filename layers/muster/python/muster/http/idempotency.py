"""Idempotency-Key: a repeated request does nothing twice, and gets the first one's answer.

The key goes into the ledger with the commit that the request makes, so that there is no moment in
which one is kept and the other is not. Nothing is looked up before: a repetition is noticed when it
is refused, or when it finds nothing left to do, so that a first request costs no call more.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from muster.access.model import Identity
from muster.errors import FieldError
from muster.http.gateway import Reply, Request
from muster.http.refusals import InFlightError, InvalidParameterError, KeyReusedError
from muster.http.routing import Route
from muster.ledger.model import Actor, Commit, Reason, RequestMark, Write
from muster.ledger.port import Ledger, SeenRequest

HEADER = "idempotency-key"
REPLAYED = {"Idempotency-Replayed": "true"}
_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)
_IN_FLIGHT = timedelta(seconds=60)
_MAX_KEPT_BYTES = 256 * 1024
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Link", "Retry-After")


def request_mark(route: Route, request: Request, identity: Identity) -> RequestMark | None:
    """Return what the commit takes with it; None without a key. Raises InvalidParameterError.

    The key is the member's own: it neither meets nor shows another member's.
    """
    key = request.headers.get(HEADER)
    if key is None or not route.writes:
        return None
    if not _KEY.fullmatch(key):
        raise _refused("An Idempotency-Key has 1 to 255 visible ASCII characters, such as a UUID.")
    if not route.extras.get("idempotent", True):
        raise _refused("This route keeps no answers: send it without an Idempotency-Key.")
    own = hashlib.sha256(f"{identity.member_id} {key}".encode()).hexdigest()
    return RequestMark(own, _payload_hash(request))


@dataclass
class MarkedLedger:
    """A tenant's ledger during one request: only one commit takes the request's mark.

    It is the first one that is asked to. A use case whose earlier commits can be repeated asks with
    its last, so that a retry of what was cut short goes on instead of being told that it is done.
    """

    ledger: Ledger
    mark: RequestMark
    commits: list[Commit] = field(default_factory=list)

    def commit(
        self,
        writes: Sequence[Write],
        *,
        actor: Actor,
        reason: Reason,
        unmoved: Mapping[str, int] | None = None,
        request: RequestMark | None = None,
    ) -> Commit:
        """Commit, with the mark the first time it is asked for, and remember that it happened."""
        if request == self.mark and self.commits:
            request = None
        commit = self.ledger.commit(
            writes, actor=actor, reason=reason, unmoved=unmoved, request=request
        )
        if request == self.mark:
            self.commits.append(commit)
        return commit

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def as_ledger(self) -> Ledger:
        """Return it as what it stands for: all but `commit` is the ledger's own."""
        return cast("Ledger", self)

    def keep(self, reply: Reply) -> None:
        """Store the answer for a repetition, unless it is too large to keep."""
        headers = {k: v for k, v in reply.headers.items() if k in _KEPT_HEADERS}
        kept = json.dumps([reply.status, headers, reply.body]).encode()
        if len(kept) <= _MAX_KEPT_BYTES:
            self.ledger.keep_response(self.mark.key, kept)

    def answer_again(self, now: datetime) -> Reply | None:
        """Return the answer of an earlier request with this key; None when there was none.

        Raises KeyReusedError, InFlightError.
        """
        seen = None if self.commits else self.ledger.seen_request(self.mark.key)
        if seen is None:
            return None
        if seen.payload_hash != self.mark.payload_hash:
            raise KeyReusedError(
                "This Idempotency-Key was used for another request. Send a new key with this one."
            )
        if seen.response is not None:
            status, headers, body = json.loads(seen.response)
            return Reply(status, body, {**headers, **REPLAYED})
        if now - seen.at < _IN_FLIGHT:
            raise InFlightError(
                "The first request with this key is being answered. Ask again in a second.",
                extra={"retry_after": 1},
            )
        return self._commit_as_answer(seen)

    def _commit_as_answer(self, seen: SeenRequest) -> Reply:
        """Tell what the first request did, since its answer was lost or too large."""
        commit = next(iter(self.ledger.commits_after(seen.seq - 1)))
        changes = [
            {"kind": c.kind, "id": c.id, "op": c.op, "version": c.version} for c in commit.changes
        ]
        body = json.dumps({"seq": commit.seq, "at": commit.at.isoformat(), "changes": changes})
        return Reply(200, body, {"Content-Type": "application/json", **REPLAYED})


def _payload_hash(request: Request) -> str:
    parts = [
        request.method,
        request.path,
        repr(sorted(request.query)),
        request.headers.get("if-match", ""),
        (request.body or b"").hex(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _refused(detail: str) -> InvalidParameterError:
    error = FieldError("invalid_idempotency_key", detail, parameter="Idempotency-Key")
    return InvalidParameterError(detail, errors=[error])
