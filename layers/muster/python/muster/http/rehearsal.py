"""`dry_run=true`: the same checks and the same answer, and nothing written anywhere.

Use cases need not know: their scope's parts are replaced by ones that look and keep what would be
written to themselves, so that what a use case reads back is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from muster.access.memory import MemoryAccess
from muster.access.model import Member, Token
from muster.access.port import Access
from muster.ledger import refusals
from muster.ledger.model import (
    Actor,
    Commit,
    Put,
    Reason,
    Record,
    RequestMark,
    Stamp,
    Tombstone,
    Write,
)
from muster.ledger.objects import Objects
from muster.ledger.parts import Part, PartWriter
from muster.ledger.plan import Key, Plan, key_of, plan, result
from muster.ledger.port import Ledger
from muster.replica.port import Replica
from muster.scope import Scope


def rehearsing(scope: Scope) -> Scope:
    """Return the scope as a dry run: whatever is done in it leaves no trace."""
    return replace(
        scope,
        ledger=cast("Ledger", _RehearsedLedger(scope)),
        replica=cast("Replica", _StillReplica(scope.replica)),
        objects=cast("Objects", _SilentObjects(scope.objects)),
        queue=_SilentQueue(),
        dry_run=True,
        request=None,
    )


def rehearsing_access(access: Access) -> Access:
    """Return an access store whose writes are tried on a copy."""
    return cast("Access", _RehearsedAccess(access))


@dataclass
class _RehearsedLedger:
    """Refuses what the ledger would refuse, and remembers what it would hold.

    Numbers are not drawn: what they would be put into stays as it is.
    """

    scope: Scope
    _foreseen: dict[Key, Record | Tombstone] = field(default_factory=dict)
    _commits: int = 0

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record as it would be."""
        found = self._foreseen.get((kind, record_id))
        if found is None:
            return self.scope.ledger.get(kind, record_id)
        return found if isinstance(found, Record) else None

    def get_for_write(self, keys: Sequence[Key]) -> Mapping[Key, Record | Tombstone]:
        """Return the records as they would be."""
        stored = self.scope.ledger.get_for_write([k for k in keys if k not in self._foreseen])
        return {**stored, **{k: self._foreseen[k] for k in keys if k in self._foreseen}}

    def commit(
        self,
        writes: Sequence[Write],
        *,
        actor: Actor,
        reason: Reason,
        unmoved: Mapping[str, int] | None = None,
        request: RequestMark | None = None,
    ) -> Commit:
        """Return the commit that this would be."""
        del request
        bare = [replace(w, numbers=()) if isinstance(w, Put) else w for w in writes]
        planned = plan(bare, {})
        self._check(planned, unmoved or {})
        self._commits += 1
        seq = self.scope.replica.seq() + self._commits
        commit = Commit(seq, self.scope.now(), actor, reason, planned.changes)
        stamp = Stamp(commit.at, actor, seq)
        for write, change in zip(planned.writes, planned.changes, strict=True):
            self._foreseen[key_of(write)] = result(write, change, stamp)
        return commit

    def __getattr__(self, name: str) -> Any:
        return getattr(self.scope.ledger, name)

    def _check(self, planned: Plan, unmoved: Mapping[str, int]) -> None:
        if planned.actions > refusals.MAX_ACTIONS:
            raise refusals.too_many_actions(planned.actions)
        fences = self.scope.ledger.head().fences
        for fence, seq in unmoved.items():
            if fences.get(fence, 0) > seq:
                raise refusals.fence_moved(fence, fences[fence])
        current = self.get_for_write([key_of(write) for write in planned.writes])
        for write in planned.writes:
            found = current.get(key_of(write))
            actual = found.version if found else None
            if actual != (write.before.version if write.before else None):
                raise refusals.version_conflict(*key_of(write), actual)
        holders = self.scope.ledger.holders(list(planned.takes))
        for mark, owner in planned.takes.items():
            holder = holders.get(mark)
            if holder not in (None, owner, planned.frees.get(mark)):
                raise refusals.mark_taken(mark, *holder)


class _SilentQueue:
    def send(self, tenant: str, job_id: str, version: int) -> None:
        """Send nothing."""


@dataclass(frozen=True)
class _StillReplica:
    replica: Replica

    def apply(self, commit: Commit) -> None:
        """Take in nothing: the commit is none."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.replica, name)


@dataclass(frozen=True)
class _SilentObjects:
    objects: Objects

    def put(self, name: str, content: bytes, **_: Any) -> None:
        """Store nothing."""

    def delete(self, name: str) -> None:
        """Remove nothing."""

    def copy(self, source: str, target: str, **_: Any) -> None:
        """Copy nothing."""

    def writer(self, name: str, **_: Any) -> PartWriter:
        """Return a writer whose parts go nowhere."""
        del name
        return PartWriter(_NoParts())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.objects, name)


class _NoParts:
    def put(self, content: bytes) -> None:
        """Store nothing."""

    def begin(self) -> str:
        return "nowhere"

    def store(self, upload_id: str, number: int, content: bytes) -> Part:
        return [f"{upload_id}-{number}", len(content)]

    def finish(self, upload_id: str, parts: list[Part]) -> None:
        """Let nothing appear."""

    def abandon(self, upload_id: str) -> None:
        """Throw nothing away."""


@dataclass(frozen=True)
class _RehearsedAccess:
    access: Access

    def put_member(self, member: Member, before: Member | None) -> None:
        """Raise what storing the member would."""
        self._copy(member).put_member(member, before)

    def delete_member(self, member: Member) -> None:
        """Raise what removing the member would."""
        self._copy(member).delete_member(member)

    def put_token(self, token: Token) -> None:
        """Store nothing: a new token meets no other."""

    def delete_token(self, token: Token) -> None:
        """Revoke nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.access, name)

    def _copy(self, member: Member) -> MemoryAccess:
        copy = MemoryAccess()
        for each in self.access.members(member.tenant):
            copy.put_member(each, None)
        return copy
