"""What an archive holds: its words, its bounds, and which kinds of records travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.ledger.model import Actor, Mark, Op, Reason

FORMAT = "muster-archive"
VERSION = 1
MEDIA_TYPE = "application/x-tar"

FORMAT_NAME = "format.json"
MANIFEST_NAME = "manifest.json"

KINDS = (
    "asset",
    "asset_type",
    "comment",
    "field_type",
    "file",
    "folder",
    "link",
    "link_type",
    "saved_search",
    "sequence",
    "view",
)
"""What travels, in the order of `records/`."""

LEFT_OUT = frozenset({"job", "preference", "scheduled_search", "upload"})
"""Work that is under way here, what single members prefer, and what is sent to people: a copy of
the tenant must not send it a second time."""

MAX_BYTES = 5 * 1024**3
"""What a form for an upload to S3 takes."""

COMMITS_OF_A_MEMBER = 256
RECORDS_OF_A_MEMBER = 2_000
PART_BYTES = 8 * 1024**2
"""A member with lines is full at this many bytes, before they are packed."""

MAX_LINE_BYTES = 64 * 1024**2
MAX_LINES_BYTES = PART_BYTES + MAX_LINE_BYTES
"""What a member with lines may unpack to."""

MAX_MANIFEST_BYTES = 64 * 1024**2
MAX_MEMBERS = 400_000


@dataclass(frozen=True)
class ArchivedChange:
    """One record's change: all of the record as it is afterwards. A deleted one has no body."""

    kind: str
    id: str
    op: Op
    version: int
    body: Mapping[str, Any] | None
    marks: frozenset[Mark]


@dataclass(frozen=True)
class ArchivedCommit:
    """One step of the log. `seq` counts the archive's commits from 1, without gaps."""

    seq: int
    at: datetime
    actor: Actor
    reason: Reason
    """`reverts` is the archive's number of the commit that was taken back."""
    changes: tuple[ArchivedChange, ...]


@dataclass(frozen=True)
class Moment:
    """What an export covers: the ledger as it stood after a commit."""

    seq: int
    numbers: Mapping[str, int]


@dataclass(frozen=True)
class Entry:
    """One member of the archive, as the manifest lists it."""

    name: str
    size: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return what stands in the manifest."""
        return {"name": self.name, "sha256": self.sha256, "size": self.size}
