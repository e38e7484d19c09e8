"""The HTTP layer on routes of its own: conditions, repetition, dry runs, lists, defects."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from muster.access.model import Permission, Role
from muster.errors import ConflictError
from muster.http.paging import PageOf, SortedQuery, list_response
from muster.http.routing import Call, Response, Routes
from muster.http.table import RouteTable
from muster.ids import new_id
from muster.ledger.model import Mark, Put, Record
from muster.ledger.port import MarkTakenError, VersionConflictError
from muster.observe.log import logger
from tests.support import Stand, api_event

routes = Routes("notes")
READ, WRITE = Permission.ASSET_READ, Permission.ASSET_WRITE


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "a"}]})

    text: str = Field(max_length=20)
    size: int = 0
    parts: list["Note"] = Field(default_factory=list)


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


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path, table=RouteTable(routes.routes))


@pytest.fixture
def note(stand: Stand) -> str:
    path: str = stand.client.post("/v1/notes", {"text": "first"}).headers["location"]
    return path


def test_a_version_that_the_client_has_is_not_sent_again(stand: Stand, note: str) -> None:
    """If-None-Match with the present ETag is 304 without a body; with another one it is 200."""
    etag = stand.client.get(note).etag

    same = stand.client.get(note, if_none_match=f'"v9", W/{etag}')
    other = stand.client.get(note, if_none_match='"v2"')

    assert (same.status, same.text, same.etag) == (304, "", etag)
    assert other.status == 200


@pytest.mark.parametrize("tag", ["17", '"17"', 'W/"v1"', '"v1", "v2"', '"v01"', '"v' + "9" * 30])
def test_an_etag_that_is_none_of_ours_is_refused(stand: Stand, note: str, tag: str) -> None:
    """If-Match with what can't be one of our ETags is 400 and names the header."""
    answer = stand.client.patch(note, {"text": "b"}, if_match=tag)

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "If-Match"


def test_a_repeated_request_gets_the_first_answer(stand: Stand) -> None:
    """The same key and content: one change, the same answer, marked as replayed."""
    first = stand.client.post("/v1/notes", {"text": "a"}, key="k-1")

    again = stand.client.post("/v1/notes", {"text": "a"}, key="k-1")

    assert (first.status, again.status) == (201, 201)
    assert again.text == first.text
    assert again.headers["location"] == first.headers["location"]
    assert again.etag == first.etag
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert stand.scope().ledger.head().seq == 1


def test_a_repetition_that_finds_nothing_to_do_is_replayed(stand: Stand, note: str) -> None:
    """A patch that would change nothing any more answers as it did when it changed something."""
    first = stand.client.patch(note, {"text": "b"}, key="k-1")
    stand.client.patch(note, {"text": "c"})
    stand.client.patch(note, {"text": "b"})

    again = stand.client.patch(note, {"text": "b"}, key="k-1")

    assert again.json["version"] == first.json["version"] == 2
    assert again.headers["idempotency-replayed"] == "true"


def test_a_key_for_another_content_is_refused(stand: Stand) -> None:
    """A key stands for one request: another body with it is 422 and changes nothing."""
    stand.client.post("/v1/notes", {"text": "a"}, key="k-1")

    other = stand.client.post("/v1/notes", {"text": "b"}, key="k-1")

    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert stand.scope().ledger.head().seq == 1


def test_a_key_is_its_members_own(stand: Stand) -> None:
    """Two members who choose the same key don't see each other's answers."""
    stand.client.post("/v1/notes", {"text": "a"}, key="k-1")

    theirs = stand.client.post(
        "/v1/notes", {"text": "b"}, key="k-1", token=stand.token(Role.EDITOR)
    )

    assert theirs.status == 201
    assert theirs.json["text"] == "b"


def test_a_refused_request_keeps_no_key(stand: Stand, note: str) -> None:
    """What was refused can be corrected and sent with the same key."""
    refused = stand.client.post("/v1/notes", {"text": "first"}, key="k-1")
    corrected = stand.client.post("/v1/notes", {"text": "second"}, key="k-1")

    assert (refused.status, corrected.status) == (409, 201)


def test_an_answer_that_got_lost_is_told_by_the_commit(stand: Stand) -> None:
    """While the first answer may still come it is 409; a minute later the commit is the answer."""
    stand.client.post("/v1/notes", {"text": "a"}, key="k-1")
    ledger: Any = stand.scope().ledger
    ledger._requests = {k: replace(v, response=None) for k, v in ledger._requests.items()}

    soon = stand.client.post("/v1/notes", {"text": "a"}, key="k-1")
    stand.clock.now += timedelta(seconds=61)
    late = _raw(stand, "POST", "/v1/notes", '{"text": "a"}', {"Idempotency-Key": "k-1"})

    assert (soon.status, soon.code, soon.headers["retry-after"]) == (409, "request_in_flight", "1")
    assert late["statusCode"] == 200
    told = json.loads(late["body"])
    assert told["seq"] == 1
    assert [(c["kind"], c["op"], c["version"]) for c in told["changes"]] == [("asset", "create", 1)]


def _raw(
    stand: Stand, method: str, path: str, body: str | None, headers: dict[str, str]
) -> dict[str, Any]:
    """Send a request whose answer the document need not hold."""
    event = api_event(stand.api, method, path, body)
    event["headers"] = {"Authorization": f"Bearer {stand.token()}", **headers}
    event["headers"].setdefault("Content-Type", "application/json")
    return stand.api(event, None)


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256])
def test_a_key_that_is_none_is_refused(stand: Stand, key: str) -> None:
    """A key that other implementations might read differently is 400."""
    answer = stand.client.post("/v1/notes", {"text": "a"}, key=key)

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "Idempotency-Key"


def test_a_dry_run_answers_and_writes_nothing(stand: Stand) -> None:
    """A dry run gives the answer of the real thing; nothing is committed, and no key is kept."""
    dry = stand.client.post("/v1/notes?dry_run=true", {"text": "a"}, key="k-1")
    real = stand.client.post("/v1/notes", {"text": "a"}, key="k-1")

    assert (dry.status, dry.json["text"], dry.json["version"]) == (201, "a", 1)
    assert real.status == 201
    assert stand.scope().ledger.head().seq == 1


def test_a_dry_run_is_refused_as_the_real_thing_is(stand: Stand, note: str) -> None:
    """What a commit would refuse, a dry run refuses in the same words."""
    dry = stand.client.post("/v1/notes?dry_run=true", {"text": "first"})
    real = stand.client.post("/v1/notes", {"text": "first"})

    assert dry.status == real.status == 409
    assert dry.text == real.text


@pytest.mark.parametrize("value", ["", "maybe", "true&dry_run=false"])
def test_a_dry_run_is_never_mistaken_for_a_real_one(stand: Stand, value: str) -> None:
    """A value that is neither true nor false is refused, and nothing is written."""
    answer = stand.client.post(f"/v1/notes?dry_run={value}", {"text": "a"})

    assert answer.status == 400
    assert stand.scope().ledger.head().seq == 0


def test_reading_takes_no_dry_run(stand: Stand) -> None:
    """`dry_run` is unknown where nothing is written."""
    assert stand.client.get("/v1/notes?dry_run=true").status == 400


def test_following_the_link_gives_every_item_once(stand: Stand) -> None:
    """The Link header leads through the whole list, with the parameters that the first page had."""
    target, seen = "/v1/notes?limit=30&sort=-id&count=exact", []
    while target:
        answer = stand.client.get(target)
        seen += [item["id"] for item in answer.json["items"]]
        assert answer.json["total"] == 100
        target = answer.headers.get("link", "").partition(">")[0].removeprefix("<")

    assert seen == [str(n) for n in range(100)]
    assert answer.json["next_cursor"] is None


@pytest.mark.parametrize("change", ["sort=id", "sort=-id&limit=10", "fields=id"])
def test_a_cursor_belongs_to_its_list(stand: Stand, change: str) -> None:
    """Another order makes a cursor invalid; another page size or selection does not."""
    cursor = stand.client.get("/v1/notes?limit=5&sort=-id").json["next_cursor"]

    answer = stand.client.get(f"/v1/notes?{change}&cursor={cursor}")

    same_list = change.startswith("sort=-id")
    assert answer.status == (200 if same_list else 400)
    if not same_list:
        assert answer.code == "invalid_cursor"


def test_a_cursor_is_good_for_a_day(stand: Stand) -> None:
    """A cursor that is older than a day is refused, and says so."""
    cursor = stand.client.get("/v1/notes?limit=5").json["next_cursor"]
    stand.clock.now += timedelta(days=1, seconds=1)

    answer = stand.client.get(f"/v1/notes?cursor={cursor}")

    assert answer.code == "invalid_cursor"
    assert "older than a day" in answer.json["detail"]


def test_a_cursor_is_its_tenants_own(stand: Stand) -> None:
    """A cursor of one tenant is nothing to another."""
    stand.add_tenant("other")
    cursor = stand.client.get("/v1/notes?limit=5").json["next_cursor"]

    answer = stand.client.get(f"/v1/notes?cursor={cursor}", token=stand.token(tenant="other"))

    assert answer.code == "invalid_cursor"


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1e2", "", "9" * 5000])
def test_a_page_size_out_of_range_is_refused(stand: Stand, limit: str) -> None:
    """More than the published maximum is an error, not silently less."""
    answer = stand.client.get(f"/v1/notes?limit={limit}")

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "limit"


def test_fields_selects_members(stand: Stand) -> None:
    """`fields` leaves out the other members, also within custom_fields."""
    [item] = stand.client.get("/v1/notes?limit=1&fields=id,custom_fields.b.c").json["items"]

    assert item == {"id": "0", "custom_fields": {"b.c": 2}}


def test_an_unknown_field_to_select_is_refused(stand: Stand) -> None:
    """A misspelt field is an error that suggests the right one."""
    answer = stand.client.get("/v1/notes?fields=id,verson")

    assert answer.status == 400
    assert "'version'" in answer.json["detail"]


def test_errors_point_at_their_places(stand: Stand) -> None:
    """Each wrong member has an entry with a pointer that leads to it, and words."""
    body = {"text": "x" * 30, "size": "3", "sise": 1, "parts": [{"text": "a"}, {"size": 1.5}]}

    answer = stand.client.post("/v1/notes", body)

    found = {e["pointer"]: e["code"] for e in answer.json["errors"]}
    assert answer.status == 422
    assert found == {
        "/text": "string_too_long",
        "/size": "wrong_type",
        "/sise": "unknown_field",
        "/parts/1/text": "required",
        "/parts/1/size": "wrong_type",
    }
    assert "Did you mean 'size'?" in answer.text


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ('{"text":"a\\u0000"}', "character", "/text"),
        ('{"text":"a","parts":[{"text":"\\ud800"}]}', "character", "/parts/0/text"),
        ('{"text":"a","size":99999999999999999999999}', "number", ""),
        ('{"text":"a","size":1e999}', "number", ""),
        ('{"text":"a","text":"b"}', "duplicate_member", ""),
        ("{" * 40, "depth", ""),
        ('{"text":"a"}x', "syntax", ""),
    ],
)
def test_a_body_is_refused_for_what_it_holds(
    stand: Stand, body: str, code: str, pointer: str
) -> None:
    """What JSON allows and a database does not, or what no two parsers read alike, is 400."""
    answer = stand.client.post("/v1/notes", body=body)

    [error] = answer.json["errors"]
    assert (answer.status, error["code"], error["pointer"]) == (400, code, pointer)


def test_bytes_that_are_no_utf8_are_refused(stand: Stand) -> None:
    """A body in another encoding is 400 and says at which byte."""
    event = api_event(stand.api, "POST", "/v1/notes")
    event |= {"body": "eyJ0ZXh0Ijoi/yJ9", "isBase64Encoded": True}
    event["headers"] = {"Authorization": f"Bearer {stand.token()}"}

    answer = stand.api(event, None)

    assert answer["statusCode"] == 400
    assert "byte 9" in answer["body"]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Return what is written to the log from now on."""
    written = io.StringIO()
    monkeypatch.setattr(logger().registered_handler, "stream", written)
    return written


def test_a_defect_is_told_without_its_message(stand: Stand, note: str, log: io.StringIO) -> None:
    """What we did not foresee is 500 with the request id; the message is in the log alone."""
    answer = stand.client.post(f"{note}:break", headers={"X-Request-Id": "mine-1"})

    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.json["request_id"] == answer.headers["x-request-id"] == "mine-1"
    assert "ZeroDivision" not in answer.text
    assert "ZeroDivisionError" in log.getvalue()


@pytest.mark.parametrize("action", [":brake", ":", ":break:break", ""])
def test_an_unknown_action_is_no_such_address(stand: Stand, note: str, action: str) -> None:
    """A colon that no route has after an id leads nowhere."""
    answer = stand.client.post(f"{note}{action}")

    assert answer.status == (405 if action in {"", ":"} else 404)


def test_a_known_address_names_its_methods(stand: Stand, note: str) -> None:
    """405 comes with the methods that would do."""
    answer = stand.client.put(note, {"text": "a"})

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, PATCH"


def test_a_request_has_one_line_in_the_log(stand: Stand, log: io.StringIO) -> None:
    """The line says who did what, how it ended and what it cost, and holds no secret or content."""
    stand.client.get("/v1/notes?limit=3&sort=secret-thing")

    [line] = log.getvalue().strip().splitlines()
    fields = json.loads(line)
    assert fields["route"] == "/v1/notes"
    assert (fields["method"], fields["status"], fields["tenant"]) == ("GET", 200, "acme")
    assert {"ms", "token", "aws_calls", "request_id"} <= fields.keys()
    assert "secret-thing" not in line
    assert stand.token()[-20:] not in line


@pytest.mark.parametrize("given", ["", "a b", "x" * 101, "é", "a\nb"])
def test_a_request_id_that_could_spoil_a_log_is_replaced(stand: Stand, given: str) -> None:
    """Only a plain id is echoed; for another one API Gateway's own is used."""
    answer = stand.client.get("/v1/notes", headers={"X-Request-Id": given})

    assert answer.headers["x-request-id"] == "req-1"


def test_threads_do_not_mix_requests(stand: Stand) -> None:
    """Requests that are answered at the same time each get their own answer."""

    def ask(number: int) -> bool:
        answer = stand.client.get("/v1/notes", headers={"X-Request-Id": f"r{number}"})
        return answer.headers["x-request-id"] == f"r{number}"

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(200)))


TEXTS = st.text(st.characters(exclude_categories=()), max_size=60)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["If-Match", "If-None-Match", "Idempotency-Key", "Content-Type", "Content-Encoding"]
    ),
    TEXTS,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., int]:
    stand = Stand(tmp_path_factory.mktemp("crowd"), table=RouteTable(routes.routes))
    path = stand.client.post("/v1/notes", {"text": "first"}).headers["location"]

    def send(
        method: str, target: str, body: str | None, headers: dict[str, str], query: Any = None
    ) -> int:
        event = api_event(stand.api, method, target.replace("NOTE", path), body)
        event["multiValueQueryStringParameters"] = query
        event["headers"] = {**headers, "Authorization": f"Bearer {stand.token()}"}
        status: int = stand.api(event, None)["statusCode"]
        return status

    return send


@settings(max_examples=150, deadline=None)
@given(body=TEXTS | VALUES.map(json.dumps), headers=HEADERS)
def test_no_body_or_header_is_too_much(
    crowd: Callable[..., int], body: str, headers: dict[str, str]
) -> None:
    """Whatever is sent, the answer is never a defect."""
    assert crowd("POST", "/v1/notes", body, headers) < 500
    assert crowd("PATCH", "NOTE", body, headers) < 500
    assert crowd("GET", "NOTE", None, headers) < 500


@settings(max_examples=150, deadline=None)
@given(
    query=st.dictionaries(
        st.sampled_from(["limit", "cursor", "sort", "fields", "count", "dry_run"]) | TEXTS,
        st.lists(TEXTS, min_size=1, max_size=3),
        max_size=4,
    )
)
def test_no_parameter_is_too_much(crowd: Callable[..., int], query: dict[str, list[str]]) -> None:
    """Whatever is asked for, the answer is never a defect."""
    assert crowd("GET", "/v1/notes", None, {}, query) < 500
