"""How the views of the catalog read what they are asked and answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from muster.catalog import refusals
from muster.catalog.drafts import NameKey
from muster.catalog.load import load_catalog
from muster.catalog.model import Catalog
from muster.http.paging import list_response, slice_of
from muster.http.routing import Call, Response
from muster.ids import is_id
from muster.ledger.model import Record
from muster.text import fold

type Render = Callable[[Record, Catalog], dict[str, Any]]

_CREATED = 201


def id_of(call: Call, kind: str) -> str:
    """Return the id in the path; a dotted name, or a link type's name, stands for its id."""
    words = call.path[f"{kind}_id"]
    if is_id(kind, words):
        return words
    call.scope.replica.catch_up()
    catalog = load_catalog(call.scope)
    by_name: Mapping[str, Mapping[str, Any]] = {
        "asset_type": {each.name: each for each in catalog.types.values()},
        "field_type": catalog.fields,
        "link_type": {each.name: each for each in catalog.link_types.values()},
    }
    found = by_name[kind].get(words)
    if found is None:
        raise refusals.not_found(kind, words)
    return str(found.id)


def catalog_for(call: Call, record: Record | None = None) -> Catalog:
    """Return the catalog to present a record with: not an older one than the record is."""
    stands = call.scope.replica.seq()
    if stands == 0 or (record is not None and record.updated.seq > stands):
        call.scope.replica.catch_up()
    return load_catalog(call.scope)


def answer(
    call: Call, record: Record, render: Render, *, place: str = "", status: int = 200
) -> Response:
    """Answer with one record; `place` is the address of its collection, for what is new."""
    location = f"{place}/{record.id}" if status == _CREATED else None
    body = render(record, catalog_for(call, record))
    return Response(body, status=status, version=record.version, location=location)


def listing(call: Call, kind: str, render: Render) -> Response:
    """Answer with a page of all records of a kind, or of those that `q` asks for, oldest first."""
    call.scope.replica.catch_up()
    records: Sequence[Record] = call.scope.replica.records(kind)
    if call.query.q is not None:
        words = fold(call.query.q)
        records = [record for record in records if words in _words(record)]
    catalog = load_catalog(call.scope)
    page, more = slice_of(call, records, lambda record: (record.id,))
    items = [render(record, catalog) for record in page]
    return list_response(call, items, after=more, total=len(records))


def _words(record: Record) -> str:
    names = ("name", "label", "outbound_name", "inbound_name")
    return "\n".join(fold(record.body[name]) for name in names if name in record.body)


def given(body: BaseModel) -> dict[str, Any]:
    """Return the members that were sent, with types that are named as the texts that name them."""
    sent = body.model_dump(exclude_unset=True)
    for name in ("parent", "reference_types", "source_types", "target_types"):
        if sent.get(name) is not None:
            sent[name] = _named(getattr(body, name))
    for option in sent.get("options") or ():
        option["id"] = option.get("id") or ""
    return sent


def _named(reference: Any) -> Any:
    if isinstance(reference, list):
        return [_named(each) for each in reference]
    if isinstance(reference, NameKey):
        return next(iter(reference.model_dump(exclude_none=True).values()))
    return reference
