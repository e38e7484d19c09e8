"""Decides for each row what an import does with it: the plan's rows, made without writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from pydantic import ValidationError

from muster.assets.model import AssetDraft, AssetPatch
from muster.assets.plan import PlanContext, plan_create, plan_patch
from muster.catalog.model import Catalog
from muster.errors import ConflictError, FieldError, InvalidInputError
from muster.jobs.plans.model import Action
from muster.ledger.diff import same
from muster.ledger.model import Mark, Put, Record
from muster.transfer.cells import CellReader, ReadRow
from muster.transfer.lookup import AssetLookup, folded
from muster.transfer.mapping import IMPORT_KEY
from muster.transfer.model import (
    ColumnMapping,
    ImportOptions,
    PlannedRow,
    RowChange,
    RowProblem,
)
from muster.transfer.seen import Seen
from muster.transfer.table import TableRow
from muster.transfer.writes import put_as_json

_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class _Draft:
    """A row's write, before it is known whether its unique values are free."""

    row: ReadRow
    put: Put
    key: str | None

    @property
    def before(self) -> Record | None:
        """The asset that the row changes."""
        return self.put.before if isinstance(self.put.before, Record) else None

    @property
    def new_marks(self) -> frozenset[Mark]:
        """The unique values that the asset does not hold yet."""
        return self.put.marks - (self.before.marks if self.before else frozenset())


@dataclass
class RowPlanner:
    """Plans rows one after another; it remembers the keys and unique values of earlier ones."""

    catalog: Catalog
    mapping: ColumnMapping
    options: ImportOptions
    reader: CellReader
    lookup: AssetLookup
    context: PlanContext
    type_id: str | None
    """The type of rows that name none; None where every row names one."""
    keys: Seen
    """The row in which each key came first."""
    claims: Seen
    """The row in which each unique value came first."""

    def __post_init__(self) -> None:
        self._column_of = {t.to: name for name, t in self.mapping.columns.items() if t.to}
        unique = {t.to for t in self.mapping.columns.values() if t.unique and t.to}
        self._unique = [t for t in self._column_of if t == "tag" or t in unique]

    def plan(self, rows: Iterable[TableRow]) -> Iterator[PlannedRow]:
        """Yield the plan of each row, in order."""
        for some in batched(rows, _ROWS_AT_ONCE, strict=False):
            read = self.reader.read(some)
            matches = self._matches(read)
            firsts = self._first_rows(read)
            planned = [self._plan_row(row, matches, firsts) for row in read]
            yield from self._checked(planned, self._holders(read, matches))

    def _matches(self, rows: Sequence[ReadRow]) -> Mapping[str, list[Record]]:
        values = [v for row in rows if (v := row.value(self.mapping.key)) is not None]
        return self.lookup.by_value(self.mapping.key, values) if values else {}

    def _first_rows(self, rows: Sequence[ReadRow]) -> Mapping[str, int]:
        """Return the row in which each key of these rows came first."""
        keys: dict[str, int] = {}
        for row in rows:
            if not row.problems and (key := row.value(self.mapping.key)) is not None:
                keys.setdefault(folded(key), row.number)
        return self.keys.first(keys)

    def _holders(
        self, rows: Sequence[ReadRow], matches: Mapping[str, list[Record]]
    ) -> dict[Mark, Record]:
        """Return the assets that hold unique values which these rows name."""
        held: dict[Mark, Record] = {}
        for target in self._unique:
            found = matches
            if target != self.mapping.key:
                values = [v for row in rows if (v := row.value(target)) is not None]
                found = self.lookup.by_value(target, values) if values else {}
            for records in found.values():
                held |= {mark: record for record in records for mark in record.marks}
        return held

    def _plan_row(
        self, row: ReadRow, matches: Mapping[str, list[Record]], firsts: Mapping[str, int]
    ) -> PlannedRow | _Draft:
        key = row.value(self.mapping.key)
        shown = None if key is None else str(key)
        found = matches.get(folded(key), [])
        problems = row.problems or self._key_problems(row, key, found, firsts)
        if problems:
            return self._failed(row, problems, shown)
        try:
            planned = self._create(row) if not found else self._update(row, found[0])
        except (InvalidInputError, ConflictError) as error:
            told = [self._problem(row, each) for each in error.errors]
            told = told or [RowProblem(code=error.code, detail=error.detail, row=row.number)]
            return self._failed(row, told, shown)
        except ValidationError as error:
            return self._failed(row, self._invalid(row, error), shown)
        if isinstance(planned, PlannedRow):
            return planned.model_copy(update={"key": shown})
        return _Draft(row, planned, shown)

    def _key_problems(
        self, row: ReadRow, key: Any, found: Sequence[Record], firsts: Mapping[str, int]
    ) -> tuple[RowProblem, ...]:
        if key is None:
            detail = "The row has no key: fill the cell, or choose another key."
            return (self._at_key(row, "key_empty", detail),)
        first = firsts[folded(key)]
        if first != row.number:
            return (self._at_key(row, "duplicate_key", f"Row {first} has the same key."),)
        if len(found) > 1:
            ids = ", ".join(record.id for record in found[:5])
            detail = f"Several assets have this key: {ids}."
            return (self._at_key(row, "ambiguous_match", detail),)
        return ()

    def _create(self, row: ReadRow) -> Put | PlannedRow:
        if self.options.on_new == "skip":
            return PlannedRow(row=row.number, action=Action.SKIP, name=row.texts.get("name"))
        type_id = row.type_id or self.type_id
        assert type_id is not None  # a schema without a default has a type in every row
        given = {name: text for name, text in row.texts.items() if text is not None}
        draft = AssetDraft.model_validate({**given, "type": type_id})
        values = {name: value for name, value in row.stored.items() if value is not None}
        self._check_fields(type_id, values)
        return plan_create(self.catalog, draft, self.context, stored=values)

    def _update(self, row: ReadRow, record: Record) -> Put | PlannedRow:
        if self.options.on_match == "skip":
            return self._of(row, Action.SKIP, record)
        if row.type_id not in (None, record.body["type"]):
            detail = "The asset is of another type: change its type first, or leave the column out."
            raise InvalidInputError(detail, errors=[FieldError("type_differs", detail, "/type")])
        patch = AssetPatch.model_validate(row.texts)
        # The key that found the asset is no news: differences of case and accents stay.
        values = {n: v for n, v in row.stored.items() if n != IMPORT_KEY}
        self._check_fields(record.body["type"], values)
        put = plan_patch(self.catalog, record, patch, self.context, stored=values)
        return put or self._of(row, Action.UNCHANGED, record)

    def _check_fields(self, type_id: str, values: Mapping[str, Any]) -> None:
        placed = self.catalog.fields_of(type_id)
        missing = [
            FieldError(
                "field_not_on_type",
                f"{self.catalog.types[type_id].label} has no field {name}.",
                f"/custom_fields/{name}",
            )
            for name in values
            if name not in placed
        ]
        if missing:
            raise InvalidInputError("The type lacks fields.", errors=missing)

    def _checked(
        self, planned: Sequence[PlannedRow | _Draft], holders: Mapping[Mark, Record]
    ) -> list[PlannedRow]:
        """Return the rows; a write fails whose unique values another asset or row has."""
        claims: dict[str, int] = {}
        for draft in planned:
            if isinstance(draft, _Draft):
                for mark in draft.new_marks:
                    claims.setdefault(_claim(mark), draft.row.number)
        firsts = self.claims.first(claims)
        return [
            self._settled(each, self._taken(each, holders, firsts))
            if isinstance(each, _Draft)
            else each
            for each in planned
        ]

    def _taken(
        self, draft: _Draft, holders: Mapping[Mark, Record], firsts: Mapping[str, int]
    ) -> RowProblem | None:
        """Return why a row can't have one of its unique values."""
        number = draft.row.number
        for mark in draft.new_marks:
            holder = holders.get(mark)
            if holder is not None and holder.id != draft.put.id:
                detail = f"{holder.body.get('key')} {holder.body.get('name')!r} has this value."
            elif (first := firsts[_claim(mark)]) != number:
                detail = f"Row {first} has the same value."
            else:
                continue
            column = self._column_of.get(mark.constraint.removeprefix("field:"))
            return RowProblem(code="value_taken", detail=detail, row=number, column=column)
        return None

    def _settled(self, draft: _Draft, problem: RowProblem | None) -> PlannedRow:
        if problem is not None:
            return self._failed(draft.row, [problem], draft.key)
        before, put = draft.before, draft.put
        return PlannedRow(
            row=draft.row.number,
            action=Action.UPDATE if before else Action.CREATE,
            key=draft.key,
            id=put.id,
            name=put.body.get("name"),
            changes=tuple(self._changes(before, put)) if before else (),
            write=put_as_json(put),
        )

    def _changes(self, before: Record, put: Put) -> Iterator[RowChange]:
        for name in ("name", "tag", "serial", "description", "folder"):
            if not same(before.body.get(name), put.body.get(name)):
                yield RowChange(field=name, old=before.body.get(name), new=put.body.get(name))
        old, new = before.body.get("fields", {}), put.body.get("fields", {})
        for name in sorted(old.keys() | new.keys()):
            if not same(old.get(name), new.get(name)):
                yield RowChange(
                    field=name,
                    old=self._shown(name, old.get(name)),
                    new=self._shown(name, new.get(name)),
                )

    def _shown(self, name: str, value: Any) -> Any:
        """Return a value as a reader of the plan knows it: options by label."""
        definition = self.catalog.fields.get(name)
        if definition is None or not definition.options:
            return value
        labels = {option.id: option.label for option in definition.options}
        if isinstance(value, list):
            return [labels.get(each, each) for each in value]
        return labels.get(value, value) if isinstance(value, str) else value

    def _of(self, row: ReadRow, action: Action, record: Record) -> PlannedRow:
        return PlannedRow(row=row.number, action=action, id=record.id, name=record.body.get("name"))

    def _failed(self, row: ReadRow, problems: Iterable[RowProblem], key: str | None) -> PlannedRow:
        return PlannedRow(
            row=row.number,
            action=Action.FAIL,
            key=key,
            name=row.texts.get("name"),
            problems=tuple(problems),
        )

    def _at_key(self, row: ReadRow, code: str, detail: str) -> RowProblem:
        column = self._column_of.get(self.mapping.key)
        return RowProblem(code=code, detail=detail, row=row.number, column=column)

    def _problem(self, row: ReadRow, error: FieldError) -> RowProblem:
        target = (error.pointer or "").removeprefix("/custom_fields").strip("/")
        column = self._column_of.get(target.replace("~1", "/").replace("~0", "~"))
        return RowProblem(code=error.code, detail=error.detail, row=row.number, column=column)

    def _invalid(self, row: ReadRow, error: ValidationError) -> list[RowProblem]:
        return [
            RowProblem(
                code=each["type"],
                detail=f"{each['msg']}.",
                row=row.number,
                column=self._column_of.get(str(each["loc"][0])) if each["loc"] else None,
            )
            for each in error.errors(include_url=False, include_context=False)
        ]


def _claim(mark: Mark) -> str:
    return f"{mark.constraint}\x1f{mark.value}"
