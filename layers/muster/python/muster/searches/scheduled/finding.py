"""What a run finds: which assets, which of them are new, and the file of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from muster.assets.found import page_of
from muster.assets.model import KIND as ASSET
from muster.catalog.load import load_catalog
from muster.exports.asked import MEDIA_TYPES, ExportRequest
from muster.exports.columns import column_names
from muster.exports.lines import CsvLines, JsonLines, Lines
from muster.ledger.model import Record
from muster.ledger.objects import Objects
from muster.replica.port import AssetQuery
from muster.scope import Scope
from muster.searches.scheduled.model import MAX_ITEMS, MAX_ROWS, objects_of

if TYPE_CHECKING:
    from muster.query.check.checking import Checked

_PAGE = 500


@dataclass(frozen=True)
class Found:
    """What a run found. `ids` are in the query's order: as many as the run looks at."""

    total: int
    ids: Sequence[str]
    types: frozenset[str]
    known: frozenset[str] | None = None
    """What the last delivered run had; None where nobody asks what is new."""
    told: tuple[str, ...] = field(init=False)
    """The ids that are told."""

    def __post_init__(self) -> None:
        known = self.known or frozenset()
        object.__setattr__(self, "told", tuple(each for each in self.ids if each not in known))

    @property
    def count(self) -> int:
        """How many assets there are to tell of."""
        return self.total if self.known is None else len(self.told)

    @property
    def is_cut(self) -> bool:
        """Whether there were more than one run looks at."""
        return self.total > MAX_ROWS

    def facts(self) -> dict[str, Any]:
        """Return what the job's result tells of it."""
        new = {} if self.known is None else {"new": len(self.told)}
        return {"found": self.total, **new} | ({"truncated": True} if self.is_cut else {})


def find(scope: Scope, checked: Checked, body: Mapping[str, Any], known: frozenset[str]) -> Found:
    """Return what a search finds by now; where neither a file nor what is new is wanted, the first
    100 and how many there are.
    """
    wants_new = body["when"] == "new"
    wants_all = wants_new or any(each["to"] == "file" for each in body["deliver"])
    most = MAX_ROWS if wants_all else MAX_ITEMS
    ids: list[str] = []
    types: set[str] = set()
    total, at = 0, None
    while True:
        limit = min(_PAGE, most - len(ids))
        page = page_of(scope, checked, AssetQuery(limit=limit, after=at, count=at is None))
        total = total if page.total is None else page.total
        ids += [record.id for record in page.items]
        types |= {record.body["type"] for record in page.items}
        at = page.next
        if at is None or len(ids) >= most:
            return Found(total, ids, frozenset(types), known if wants_new else None)


def records_of(scope: Scope, ids: Sequence[str]) -> Iterator[list[Record]]:
    """Yield the assets of these ids in their order, some at a time."""
    for some in batched(ids, _PAGE, strict=False):
        found = scope.replica.get_many(ASSET, some)
        yield [found[each] for each in some if each in found]


@dataclass(frozen=True)
class FileWanted:
    """Which file a run makes."""

    name: str
    object: str
    format: str
    columns: Sequence[str]
    """None named: what every asset has, and the visible fields of the types found."""


def write_file(scope: Scope, found: Found, wanted: FileWanted) -> dict[str, Any]:
    """Write the file, and return what the job's result keeps of it."""
    lines = _lines(scope, found, wanted)
    media_type = MEDIA_TYPES[wanted.format]
    writer = scope.objects.writer(wanted.object, content_type=media_type)
    writer.write(lines.head())
    for records in records_of(scope, found.told):
        writer.write(lines.lines(scope, records))
    writer.close()
    return {
        "name": f"{wanted.name}.{wanted.format}",
        "object": wanted.object,
        "media_type": media_type,
        "size": writer.size,
        "needs": ["asset:read"],
    }


def _lines(scope: Scope, found: Found, wanted: FileWanted) -> Lines:
    catalog = load_catalog(scope)
    fields = {"fields": list(wanted.columns)} if wanted.columns else {}
    request = ExportRequest.model_validate(
        {"selection": {"all": True}, "format": wanted.format, **fields}
    )
    if wanted.format == "jsonl":
        return JsonLines(catalog, request)
    return CsvLines(catalog, request, column_names(catalog, request, found.types))


def read_known(objects: Objects, schedule_id: str) -> tuple[datetime | None, frozenset[str]]:
    """Return what the last delivered run found, and when it began."""
    kept = objects.get(_place(schedule_id))
    if kept is None:
        return None, frozenset()
    told = json.loads(gzip.decompress(kept))
    return datetime.fromisoformat(told["at"]), frozenset(told["ids"])


def known_of(found: Found, at: datetime) -> bytes:
    """Return what `keep_known` keeps of a run that began at a moment."""
    told = {"at": at.isoformat(), "ids": list(found.ids)}
    return gzip.compress(json.dumps(told, separators=(",", ":")).encode(), mtime=0)


def keep_known(objects: Objects, schedule_id: str, source: str, at: datetime) -> None:
    """Make what a run found what the last delivered run did, unless a later one came before."""
    kept, _ = read_known(objects, schedule_id)
    if kept is None or kept <= at:
        objects.copy(source, _place(schedule_id))


def _place(schedule_id: str) -> str:
    return f"{objects_of(schedule_id)}known"
