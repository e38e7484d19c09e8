"""A tenant with a small catalog, in memory: what the tests of assets stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from muster.assets.model import AssetDraft
from muster.assets.service import create_asset
from muster.catalog.model import (
    AssetType,
    CatalogModel,
    FieldKind,
    FieldType,
    LinkType,
    Option,
    Placement,
)
from muster.ids import new_id
from muster.ledger.memory import MemoryLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import (
    Actor,
    Cause,
    Commit,
    Delete,
    Put,
    Reason,
    Record,
    RequestMark,
    Tombstone,
    Write,
)
from muster.ledger.port import Ledger
from muster.replica.sqlite import SqliteReplica
from muster.scope import Scope

ANNA = Actor("mem_00000000000000000000000ANA", "Anna")
BOB = Actor("mem_00000000000000000000000B0B", "Bob")


@dataclass
class Clock:
    """A clock that goes on by a second whenever it is looked at."""

    now: datetime = field(default_factory=lambda: datetime(2026, 5, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Interrupted(MemoryLedger):
    """Lets somebody else act, once: before the next read for a write, or before the next commit."""

    before_reading: Callable[[], object] | None = None
    before_commit: Callable[[], object] | None = None

    def get_for_write(
        self, keys: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Record | Tombstone]:
        act, self.before_reading = self.before_reading, None
        if act:
            act()
        return super().get_for_write(keys)

    def commit(
        self,
        writes: Sequence[Write],
        *,
        actor: Actor,
        reason: Reason,
        unmoved: Mapping[str, int] | None = None,
        request: RequestMark | None = None,
    ) -> Commit:
        act, self.before_commit = self.before_commit, None
        if act:
            act()
        return super().commit(writes, actor=actor, reason=reason, unmoved=unmoved, request=request)


FIELDS = (
    FieldType(name="computer.cpu", label="CPU", kind=FieldKind.TEXT),
    FieldType(name="computer.ram", label="Memory", kind=FieldKind.INTEGER, unit="GB"),
    FieldType(name="computer.hostname", label="Host name", kind=FieldKind.TEXT, unique=True),
    FieldType(name="computer.number", label="Number", kind=FieldKind.AUTO_NUMBER),
    FieldType(name="asset.price", label="Price", kind=FieldKind.MONEY, currency="EUR"),
    FieldType(name="asset.place", label="Place", kind=FieldKind.REFERENCE),
    FieldType(
        name="asset.status",
        label="Status",
        kind=FieldKind.STATUS,
        options=(
            Option(id="opt_00000000000000000000000ACT", label="Active"),
            Option(id="opt_00000000000000000000000BR0", label="Broken"),
        ),
    ),
    FieldType(name="asset.owners", label="Owners", kind=FieldKind.REFERENCE, max_values=9),
    FieldType(name="phone.imei", label="IMEI", kind=FieldKind.TEXT),
)


def place(name: str, *, required: bool | None = None) -> Placement:
    return Placement(field=name, required=required)


@dataclass
class Office:
    """One tenant. `catalog` maps names to ids of types, link types and folders."""

    directory: Path
    ledger: Ledger = field(default_factory=lambda: MemoryLedger("acme", Clock()))
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.write: Callable[[Write], None] = self.commit
        self.scope = self.another("here")

    def another(self, name: str, actor: Actor = ANNA) -> Scope:
        """Return a scope of another process, with a replica of its own."""
        return Scope(
            tenant="acme",
            actor=actor,
            reason=Reason(Cause.API, f"req-{name}"),
            ledger=self.ledger,
            replica=SqliteReplica(self.directory / name, "acme", self.ledger),
            objects=MemoryObjects("acme"),
            now=Clock(),
        )

    def dry(self) -> Scope:
        return replace(self.scope, dry_run=True)

    def settle_in(self) -> Office:
        """Make the catalog, in one commit, and look at it."""
        gathered: list[Write] = []
        self.write = gathered.append
        self._furnish()
        self.write = self.commit
        self.commit(*gathered)
        self.scope.replica.catch_up()
        return self

    def _furnish(self) -> None:
        """Put computers there, of which laptops are some; phones; a room to put them in."""
        computer = self.put(
            "asset_type",
            AssetType(
                name="computer",
                label="Computer",
                key_prefix="PC",
                fields=tuple(
                    place(n)
                    for n in (
                        "computer.cpu",
                        "computer.ram",
                        "computer.hostname",
                        "computer.number",
                        "asset.price",
                        "asset.place",
                        "asset.status",
                        "asset.owners",
                    )
                ),
            ),
        )
        self.put(
            "asset_type",
            AssetType(name="laptop", label="Laptop", key_prefix="LAP", parent=computer),
        )
        self.put(
            "asset_type",
            AssetType(
                name="phone",
                label="Phone",
                key_prefix="PH",
                fields=(place("phone.imei", required=True), place("asset.place")),
            ),
        )
        self.put("asset_type", AssetType(name="room", label="Room", key_prefix="ROOM"))
        self.put(
            "asset_type", AssetType(name="thing", label="Thing", key_prefix="TH", abstract=True)
        )
        self.put_link_types()
        berlin = self.put_folder("Berlin", None)
        self.put_folder("Office 2", berlin)
        for definition in FIELDS:
            self.put("field_type", definition)

    def put_link_types(self) -> None:
        rooms, phones = (self.ids["room"],), (self.ids["phone"],)
        for kind in (
            LinkType(name="contains", outbound_name="contains", inbound_name="lies in"),
            LinkType(name="beside", outbound_name="beside", inbound_name="beside", symmetric=True),
            LinkType(
                name="charges",
                outbound_name="charges",
                inbound_name="charged in",
                source_types=rooms,
                target_types=phones,
            ),
        ):
            self.put("link_type", kind)

    def put(self, kind: str, model: CatalogModel) -> str:
        """Write a catalog record as another process would, and return its id."""
        body = model.body()
        record_id = new_id(kind)
        self.ids[body["name"]] = record_id
        self.write(Put(kind, record_id, body))
        return record_id

    def put_folder(self, name: str, parent: str | None) -> str:
        folder_id = new_id("folder")
        body = {"name": name} | ({"parent": parent} if parent else {})
        self.ids[name] = folder_id
        self.write(Put("folder", folder_id, body))
        return folder_id

    def change(self, record: Record, **members: Any) -> None:
        """Change a record behind the scope's back, as another process would."""
        body = {**record.body, **members}
        self.commit(Put(record.kind, record.id, body, record.marks, before=record))

    def delete(self, record: Record) -> None:
        self.commit(Delete(record))

    def commit(self, *writes: Write) -> None:
        self.ledger.commit(writes, actor=BOB, reason=Reason(Cause.SYSTEM, "req-other"))

    def asset(self, kind: str = "laptop", **members: Any) -> Record:
        """Make an asset the way a caller does."""
        draft = AssetDraft.model_validate({"type": kind, **members})
        return create_asset(self.scope, draft)
