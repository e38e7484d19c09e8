"""Routes that exist for tests of the HTTP layer alone: notes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from muster.access.model import Permission
from muster.errors import ConflictError
from muster.http.paging import SortedQuery, list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import PageOf
from muster.ids import new_id
from muster.ledger.model import Mark, Put, Record
from muster.ledger.port import MarkTakenError, VersionConflictError

routes = Routes("notes")
READ, WRITE = Permission.ASSET_READ, Permission.ASSET_WRITE


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "a"}]})

    text: str = Field(max_length=20)
    size: int = 0
    parts: list[Note] = Field(default_factory=list)


class NoteView(BaseModel):
    id: str
    version: int
    text: str
    custom_fields: dict[str, Any] = Field(default_factory=dict)


class TextTakenError(ConflictError):
    """Another note has this text."""

    code = "text_taken"


def _view(record: Record) -> NoteView:
    return NoteView(id=record.id, version=record.version, text=record.body["text"])


@routes.post(
    "/v1/notes", permission=WRITE, body=Note, returns=NoteView, status=201, errors=(MarkTakenError,)
)
def create_note(call: Call) -> Response:
    """Make a note whose text no other has."""
    put = Put("asset", new_id("asset"), {"text": call.body.text}, _marks(call.body.text))
    record = call.scope.carry_out([put])[put.kind, put.id]
    location = f"/v1/notes/{record.id}"
    return Response(_view(record), 201, version=record.version, location=location)


def _marks(text: str) -> frozenset[Mark]:
    return frozenset({Mark("note", text)})


@routes.patch(
    "/v1/notes/{note_id}",
    permission=WRITE,
    body=Note,
    returns=NoteView,
    errors=(VersionConflictError,),
)
def change_note(call: Call) -> Response:
    """Change a note; what is so already is left."""
    key = ("asset", call.path["note_id"])
    before = call.scope.ledger.get_for_write([key])[key]
    assert isinstance(before, Record)
    if before.body["text"] == call.body.text:
        return Response(_view(before), version=before.version)
    put = Put(*key, {"text": call.body.text}, _marks(call.body.text), before)
    record = call.scope.carry_out([put])[key]
    return Response(_view(record), version=record.version)


@routes.get("/v1/notes/{note_id}", permission=READ, returns=NoteView)
def read_note(call: Call) -> Response:
    """Read a note."""
    record = call.scope.ledger.get("asset", call.path["note_id"])
    assert record is not None
    return Response(_view(record), version=record.version)


@routes.post("/v1/notes/{note_id}:break", permission=WRITE)
def break_note(call: Call) -> Response:
    """Fail as only a defect does."""
    raise ZeroDivisionError(call.path["note_id"])


@routes.get("/v1/notes", permission=READ, query=SortedQuery, returns=PageOf[NoteView])
def list_notes(call: Call) -> Response:
    """List a hundred notes that are made up."""
    first = call.query.after[0] if call.query.after else 0
    numbers = range(first, min(first + call.query.limit, 100))
    fields = {"a": 1, "b.c": 2}
    items = [NoteView(id=str(n), version=1, text="x", custom_fields=fields) for n in numbers]
    after = (numbers[-1] + 1,) if numbers and numbers[-1] < 99 else None
    return list_response(call, items, after=after, total=100)
