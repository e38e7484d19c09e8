"""The gate: from a request's credential to an identity, with a short memory of who was let in."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.access import secret
from muster.access.model import Identity, Token
from muster.access.port import Access
from muster.access.refusals import NoTokenError, TokenInvalidError

REMEMBERED = timedelta(seconds=30)
"""How long an identity is good without a look: so long a revoked token can still work elsewhere."""
_USE_KEPT = timedelta(hours=1)
_MAX_REMEMBERED = 1_000


@dataclass(frozen=True)
class _Entry:
    identity: Identity
    token: Token
    seen_at: datetime


class Gate:
    """Lets requests in. Two calls for a token that is not remembered, none for one that is."""

    def __init__(self, access: Access, clock: Callable[[], datetime]) -> None:
        """`clock` gives aware UTC times."""
        self._access = access
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def admit(self, header: str | None) -> Identity:
        """Return who an Authorization header stands for.

        Raises NoTokenError, TokenInvalidError: the latter in the same words for unknown, revoked,
        expired and wrong, so that nothing can be learnt by trying.
        """
        if not header:
            raise NoTokenError("Send your token as `Authorization: Bearer mst_…`.")
        scheme, _, credential = header.partition(" ")
        parsed = secret.parse_token(credential.strip()) if scheme.lower() == "bearer" else None
        if parsed is None:
            raise _refused()
        entry = self._entry(parsed.token_id)
        given = secret.secret_hash(parsed.secret)
        if entry is None or not hmac.compare_digest(entry.token.secret_hash, given):
            raise _refused()
        if entry.token.expires_at <= self._clock():
            raise _refused()
        return entry.identity

    def forget(self, *, token_id: str | None = None, member_id: str | None = None) -> None:
        """Look again at the next use, after a change to a token or a member."""
        self._entries = OrderedDict(
            (key, entry)
            for key, entry in self._entries.items()
            if key != token_id and entry.token.member_id != member_id
        )

    def _entry(self, token_id: str) -> _Entry | None:
        known = self._entries.get(token_id)
        if known is not None and self._clock() - known.seen_at < REMEMBERED:
            return known
        entry = self._look(token_id)
        self._entries.pop(token_id, None)
        if entry is not None:
            self._entries[token_id] = entry
            if len(self._entries) > _MAX_REMEMBERED:
                self._entries.popitem(last=False)
        return entry

    def _look(self, token_id: str) -> _Entry | None:
        token = self._access.token(token_id)
        standing = self._access.standing(token.tenant, token.member_id) if token else None
        if token is None or standing is None:
            return None
        now = self._clock()
        if token.last_used_at is None or now - token.last_used_at >= _USE_KEPT:
            self._access.touch_token(token, now)
        return _Entry(standing.identity(token.id, token.scopes), token, now)


def _refused() -> TokenInvalidError:
    return TokenInvalidError(
        "The token is malformed, unknown, revoked or expired; `muster token create` makes one."
    )
