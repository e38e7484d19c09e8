"""The scope that a use case is given: whose data, who acts, and the parts to act with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from muster.access.model import Identity, Member, Permission, TenantId
from muster.jobs.model import JobQueue
from muster.ledger.model import (
    Actor,
    Commit,
    Past,
    Reason,
    Record,
    RequestMark,
    Stamp,
    Write,
)
from muster.ledger.objects import Objects
from muster.ledger.plan import result
from muster.ledger.port import Ledger
from muster.replica.port import Replica

if TYPE_CHECKING:  # most requests send nothing anywhere, and ask for nobody's standing
    from muster.access.port import Standing
    from muster.delivery.port import Courier


def _nobody() -> Sequence[Member]:
    """Return no members."""
    return ()


def _unknown(_: str) -> Standing | None:
    """Know nobody."""
    return None


@dataclass(frozen=True)
class Scope:
    """One tenant, one actor, one request. Ledger, replica and objects are bound to the tenant."""

    tenant: TenantId
    actor: Actor
    reason: Reason
    ledger: Ledger
    replica: Replica
    objects: Objects
    now: Callable[[], datetime]
    identity: Identity | None = None
    request: RequestMark | None = None
    dry_run: bool = False
    queue: JobQueue | None = None
    """Where jobs are sent; None where nothing starts any."""
    past: Past | None = None
    """Set where commits of another ledger are made again, with their own time."""
    people: Callable[[], Sequence[Member]] = _nobody
    """Gives the tenant's members: one call of the access store each time."""
    standing: Callable[[str], Standing | None] = _unknown
    """Gives the tenant and a member of it by id, None when there is none: one call."""
    courier: Courier | None = None
    """Who carries webhooks and e-mail; None where nothing leaves."""

    @property
    def time_zone(self) -> str:
        """The organisation's time zone; UTC for who works without an identity."""
        return self.identity.tenant.time_zone if self.identity else "UTC"

    def may(self, permission: Permission) -> bool:
        """Tell whether the caller has a permission; who works without an identity may all."""
        return self.identity is None or permission in self.identity.permissions

    def commit(
        self, writes: Sequence[Write], *, unmoved: Mapping[str, int] | None = None
    ) -> Commit:
        """Commit as this actor for this reason, and show the commit to the replica at once.

        Errors are the ledger's (muster.ledger.port).
        """
        actor, reason = self.actor, self.reason
        if self.past is None:
            commit = self.ledger.commit(
                writes, actor=actor, reason=reason, unmoved=unmoved, request=self.request
            )
        else:
            commit = self.ledger.replay(
                writes, actor=actor, reason=reason, past=self.past, unmoved=unmoved
            )
        self.replica.apply(commit)
        return commit

    def carry_out(
        self, writes: Sequence[Write], *, unmoved: Mapping[str, int] | None = None
    ) -> dict[tuple[str, str], Record]:
        """Commit, and return the records that the writes made, by kind and id."""
        commit = self.commit(writes, unmoved=unmoved)
        stamp = Stamp(commit.at, commit.actor, commit.seq)
        made = (result(w, c, stamp) for w, c in zip(writes, commit.changes, strict=True))
        return {(r.kind, r.id): r for r in made if isinstance(r, Record)}
