"""Records, commits and the changes in them: what the ledger holds, and its pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Body = Mapping[str, Any]
"""A record's content: JSON values only. Money is minor units; no Decimal, no datetime."""


class Cause(StrEnum):
    """Where a commit came from."""

    API = "api"
    WEB = "web"
    CLI = "cli"
    IMPORT = "import"
    UNDO = "undo"
    REVERT = "revert"
    SCAN = "scan"
    SEQUENCE = "sequence"
    RESTORE = "restore"
    SCRIPT = "script"
    SYSTEM = "system"
    BULK = "bulk"
    EXPORT = "export"
    ARCHIVE = "archive"
    SWEEP = "sweep"
    SEARCH = "search"


@dataclass(frozen=True)
class Actor:
    """Who acts: a member's id (`mem_…`) or a system part, with the name to show."""

    id: str
    name: str


@dataclass(frozen=True)
class Stamp:
    """Who did something, when (aware UTC), in which commit."""

    at: datetime
    by: Actor
    seq: int


@dataclass(frozen=True)
class Mark:
    """A value that only one record of a tenant may hold.

    `constraint` names the rule ("tag", "serial", "field:computer.asset.no", "folder:<parent>",
    "link"); `value` is the normalised value. Equal marks of two records conflict.
    """

    constraint: str
    value: str


@dataclass(frozen=True)
class Record:
    """The newest version of one thing. `version` counts its changes from 1 and never goes back."""

    kind: str
    id: str
    version: int
    body: Body
    created: Stamp
    updated: Stamp
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True)
class Tombstone:
    """What is left of a deleted record, so that it can come back with its version going on."""

    kind: str
    id: str
    version: int
    created: Stamp
    updated: Stamp


@dataclass(frozen=True)
class Number:
    """A number to draw from one of the tenant's sequences when the commit is written.

    It is put at `path` of the body: the bare integer, or `template` with `{n}` filled in.
    Numbers are drawn in the commit's own transaction: none is lost or given twice.
    """

    path: tuple[str, ...]
    sequence: str
    template: str | None = None


@dataclass(frozen=True)
class Put:
    """Create a record (`before` is None), change it, or bring it back (`before`: its tombstone)."""

    kind: str
    id: str
    body: Body
    marks: frozenset[Mark] = frozenset()
    before: Record | Tombstone | None = None
    numbers: tuple[Number, ...] = ()
    history: bool = True
    """False for records whose every step is not worth a history item, such as a job's progress."""


@dataclass(frozen=True)
class Delete:
    """Remove a record: its marks are free again; its history and a tombstone stay."""

    before: Record


Write = Put | Delete


class Op(StrEnum):
    """What a change did."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class FieldChange:
    """One leaf that changed. `path` is a JSON pointer into the body; None stands for absent."""

    path: str
    old: Any
    new: Any
    old_is_null: bool = False
    """Whether None stands for a stored null, so that going back restores it exactly."""
    new_is_null: bool = False


@dataclass(frozen=True)
class Change:
    """One record's change in a commit. `after` is None for a delete."""

    kind: str
    id: str
    op: Op
    version: int
    after: Body | None
    fields: tuple[FieldChange, ...]
    marks_added: frozenset[Mark] = frozenset()
    marks_removed: frozenset[Mark] = frozenset()


@dataclass(frozen=True)
class Reason:
    """Why a commit was made: its cause, the request, and the job or the note when there is one."""

    cause: Cause
    request_id: str
    job: str | None = None
    message: str | None = None
    reverts: int | None = None
    """The sequence number of the commit that this one takes back."""


@dataclass(frozen=True)
class Commit:
    """One atomic step of a tenant's log. Sequence numbers begin at 1 and have no gap."""

    seq: int
    at: datetime
    actor: Actor
    reason: Reason
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class HistoryEntry:
    """One record's view of a commit."""

    seq: int
    at: datetime
    actor: Actor
    reason: Reason
    op: Op
    version: int
    fields: tuple[FieldChange, ...]
    marks_added: frozenset[Mark] = frozenset()
    marks_removed: frozenset[Mark] = frozenset()


@dataclass(frozen=True)
class Past:
    """What a commit keeps that was first made in another ledger, and is made again in this one."""

    at: datetime
    """Its time: earlier than that of the commits before it, mostly."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Sequences, and the number that each has given at least."""

    def raised(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """Return the last numbers given, none of them lower than here."""
        lower = {name: n for name, n in self.numbers.items() if n > numbers.get(name, 0)}
        return {**numbers, **lower}


@dataclass(frozen=True)
class Head:
    """A tenant's newest sequence number, the newest per fence, and the last number given by each
    of its sequences (`Number.sequence`).
    """

    seq: int = 0
    fences: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)


FENCES: Mapping[str, str] = {
    "asset_type": "catalog",
    "field_type": "catalog",
    "link_type": "catalog",
    "folder": "folders",
    "asset": "assets",
    "link": "links",
    "comment": "comments",
    "file": "files",
    "sequence": "sequences",
    "saved_search": "searches",
    "scheduled_search": "searches",
    "view": "views",
    "preference": "preferences",
}
"""Which fence a kind belongs to. The head keeps, per fence, the sequence number of the last commit
that touched it, so that a commit can require, at no cost, that what it decided on has not moved.

A commit that deletes records also touches `<fence>:deleted`: who only needs that something does not
vanish need not contend with all who change it."""


@dataclass(frozen=True)
class RequestMark:
    """An Idempotency-Key that a commit takes with it. `payload_hash` tells a retry from a reuse."""

    key: str
    payload_hash: str
