"""A tenant whose catalog has a field of each kind that operations tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.assets.decide import look
from muster.assets.present import Names
from muster.catalog.model import AssetType, FieldKind, FieldType, Option
from muster.ledger.model import Put, Record
from muster.operations.decide import Decided, Operating, apply_operations, make_ready
from muster.operations.model import Issue, OperationList, Policy, RunContext
from tests.office import ANNA, Office, place

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
RED, GREEN, BLUE = (f"opt_0000000000000000000000{name}" for name in ("0RED", "GREN", "0BL0"))
_OPTIONS = (
    Option(id=RED, label="Red"),
    Option(id=GREEN, label="Green"),
    Option(id=BLUE, label="Blue", retired=True),
)
FIELDS = (
    FieldType(name="f.text", label="Text", kind=FieldKind.TEXT),
    FieldType(name="f.area", label="Area", kind=FieldKind.TEXT_AREA),
    FieldType(name="f.int", label="Count", kind=FieldKind.INTEGER, maximum=100),
    FieldType(name="f.number", label="Measure", kind=FieldKind.NUMBER),
    FieldType(name="f.yes", label="Lent", kind=FieldKind.BOOLEAN),
    FieldType(name="f.date", label="Until", kind=FieldKind.DATE),
    FieldType(name="f.moment", label="Seen", kind=FieldKind.DATETIME),
    FieldType(name="f.money", label="Price", kind=FieldKind.MONEY, currency="EUR"),
    FieldType(name="f.cash", label="Cash", kind=FieldKind.MONEY),
    FieldType(name="f.select", label="Colour", kind=FieldKind.SELECT, options=_OPTIONS),
    FieldType(
        name="f.multi", label="Colours", kind=FieldKind.MULTI_SELECT, max_values=2, options=_OPTIONS
    ),
    FieldType(name="f.texts", label="Words", kind=FieldKind.TEXT, max_values=3),
    FieldType(name="f.users", label="Users", kind=FieldKind.USER, max_values=None),
    FieldType(name="f.places", label="Places", kind=FieldKind.REFERENCE, max_values=2),
    FieldType(name="f.place", label="Place", kind=FieldKind.REFERENCE),
    FieldType(name="f.unique", label="Number plate", kind=FieldKind.TEXT, unique=True),
    FieldType(name="f.must", label="Needed", kind=FieldKind.TEXT, required=True),
    FieldType(name="f.auto", label="Serial", kind=FieldKind.AUTO_NUMBER),
    FieldType(name="f.json", label="Data", kind=FieldKind.JSON),
)


@dataclass
class World:
    """An office with things of the type `kit`, which has every field, and rooms with none."""

    directory: Path
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.office = Office(self.directory).settle_in()
        for definition in FIELDS:
            self.office.put("field_type", definition)
        kit = AssetType(
            name="kit",
            label="Kit",
            key_prefix="KIT",
            fields=tuple(place(definition.name) for definition in FIELDS),
        )
        self.office.put("asset_type", kit)
        self.office.scope.replica.catch_up()

    def kit(self, *, name: str = "Kit", tag: str | None = None, **fields: Any) -> Record:
        """Make a kit; fields are named without `f.`."""
        custom = {"must": "here", **fields}
        given = {"name": name, "custom_fields": {f"f.{n}": v for n, v in custom.items()}}
        return self.office.asset("kit", **given, **({"tag": tag} if tag else {}))

    def room(self, name: str = "Room") -> Record:
        return self.office.asset("room", name=name)

    def ready(
        self,
        *operations: Mapping[str, Any],
        policy: Policy | None = None,
        issue: Issue | None = None,
    ) -> Operating:
        """Make operations ready, as a run at `NOW` does."""
        scope = self.office.scope
        scope.replica.catch_up()
        listed = OperationList.model_validate({"operations": list(operations)}).operations
        run = RunContext(NOW, ANNA, issue=issue)
        return make_ready(scope, look(scope), listed, run, policy=policy)

    def decide(
        self, record: Record, *operations: Mapping[str, Any], policy: Policy | None = None
    ) -> Decided:
        """Decide what operations come to for an asset."""
        return self.decide_on(self.ready(*operations, policy=policy), record)

    def decide_on(self, operating: Operating, record: Record) -> Decided:
        links = operating.links_of([record.id]).get(record.id, [])
        names = Names(operating.around.scope, operating.around.catalog, [record])
        return apply_operations(operating, record, names, links)

    def fields_after(self, record: Record, *operations: Mapping[str, Any]) -> dict[str, Any]:
        """Return the asset's fields as they would be, failing when it is refused."""
        decided = self.decide(record, *operations)
        assert decided.problem is None, decided.problem
        return fields_of(decided.writes, record)


def fields_of(writes: Sequence[Any], record: Record) -> dict[str, Any]:
    body = body_of(writes, record)
    return dict(body.get("fields", {}))


def body_of(writes: Sequence[Any], record: Record) -> Mapping[str, Any]:
    """Return an asset's body as the writes leave it."""
    for write in writes:
        if isinstance(write, Put) and write.id == record.id:
            return write.body
    return record.body
