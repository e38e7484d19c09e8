"""The columns of an export: which there are, and what stands above them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from muster.catalog.model import Catalog, FieldKind, FieldType
from muster.exports.asked import ExportRequest
from muster.exports.refusals import InvalidExportError
from muster.views.columns import BUILT_IN, FIRST, LAST, column_errors, plain_name

_VISIBLE = tuple(name for name in FIRST if name != "id")


@dataclass(frozen=True)
class Column:
    """A column: one built-in, one field, or the currencies of a field of money."""

    name: str
    label: str
    field: FieldType | None = None
    currency: bool = False
    """The second column of an amount that is split."""

    def head(self, style: str) -> str:
        """Return what stands above it; `name_label` is how Asset Tracker for Jira writes fields."""
        name = f"{self.name}.currency" if self.currency else self.name
        label = f"{self.label} (currency)" if self.currency else self.label
        if self.field is None:
            return name if style == "name" else label
        return {"name": name, "label": label}.get(style, f"{name} ({label})")


def check_names(catalog: Catalog, request: ExportRequest) -> None:
    """Raise InvalidExportError for each column that means nothing."""
    if isinstance(request.fields, str):
        return
    errors = list(column_errors(catalog, request.fields, "/fields"))
    if errors:
        raise InvalidExportError("Some columns can't be exported.", errors=errors)


def column_names(
    catalog: Catalog, request: ExportRequest, type_ids: Collection[str]
) -> tuple[str, ...]:
    """Return the names of the columns, for assets of these types."""
    if not isinstance(request.fields, str):
        return tuple(plain_name(catalog, name) for name in request.fields)
    everything = request.fields == "all"
    own = {
        name: None
        for type_id in sorted(type_ids, key=lambda t: _order(catalog, t))
        for name, placed in catalog.fields_of(type_id).items()
        if everything or not placed.definition.hidden
    }
    return (*FIRST, *own, *LAST) if everything else (*_VISIBLE, *own)


def columns(catalog: Catalog, names: Sequence[str], *, split: bool) -> tuple[Column, ...]:
    """Return the columns of these names; `split` gives amounts of money a second one."""
    return tuple(_columns(catalog, names, split=split))


def _columns(catalog: Catalog, names: Sequence[str], *, split: bool) -> Iterator[Column]:
    for name in names:
        definition = catalog.fields.get(name)
        if definition is None:
            # A field that was deleted since the export began keeps its column, which stays empty.
            yield Column(name, BUILT_IN.get(name, name))
            continue
        yield Column(name, definition.label, definition)
        if split and definition.kind is FieldKind.MONEY:
            yield Column(name, definition.label, definition, currency=True)


def _order(catalog: Catalog, type_id: str) -> tuple[str, str]:
    found = catalog.types.get(type_id)
    return (found.label if found else "", type_id)
