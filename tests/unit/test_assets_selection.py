"""Which assets a job is about: what is selected, in which order, and what can't be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from muster.assets.selection import (
    InvalidSelectionError,
    Selection,
    check_selection,
    selected,
    selected_pages,
)
from muster.assets.service import delete_asset
from muster.errors import MusterError
from muster.ids import new_id
from muster.ledger.model import Put
from tests.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def found(office: Office, **selection: Any) -> list[str]:
    """Return the names of what is selected, or the code of what is not."""
    asked = Selection.model_validate(selection)
    check_selection(office.scope, asked)
    return [
        one.record.body["name"] if one.record else one.code for one in selected(office.scope, asked)
    ]


def a_list(office: Office, content: bytes) -> str:
    """Store a file with a list, and return its id."""
    file_id = new_id("file")
    office.scope.objects.put("files/abc", content)
    body = {"name": "list.csv", "sha256": "abc", "size": len(content)}
    office.commit(Put("file", file_id, body))
    return file_id


def test_a_filter_selects_what_the_list_shows(office: Office) -> None:
    """With the parameters of the list, in the order of creation, page after page."""
    for number in range(1_003):
        office.asset("laptop" if number % 2 else "phone", name=f"N{number}", **phone(number))

    names = found(office, filter={"type": ["laptop"]})
    everything = found(office, all=True)

    assert names == [f"N{number}" for number in range(1, 1_003, 2)]
    assert everything == [f"N{number}" for number in range(1_003)]


def phone(number: int) -> dict[str, Any]:
    return {} if number % 2 else {"custom_fields": {"phone.imei": str(number)}}


def test_assets_are_named_by_id_key_tag_or_serial(office: Office) -> None:
    """In the order given, each once, and what leads nowhere or to several is told."""
    first = office.asset(name="First", tag="T-1")
    office.asset(name="Second", serial="S-2")
    office.asset(name="Third", serial="S-3")
    office.asset(name="Fourth", serial="S-3")

    names = found(office, assets=["S-2", first.id, {"tag": "t-1"}, first.body["key"], "S-3", "no"])

    assert names == ["Second", "First", "ambiguous_match", "asset_not_found"]


@pytest.mark.parametrize(
    "content",
    [
        b"T-1\nT-2\n",
        b"\xef\xbb\xbftag;x\r\nT-1;a,b,c\r\n\r\nT-2",
        b'tag\tnotes\nT-1\t"two\nlines"\nT-2\tone\n',
        b'"T-1",Desk\nT-2,"a quote that is never closed\n',
        b"ID\nT-1\nT-2\nT-1",
    ],
)
def test_a_list_comes_from_a_file(office: Office, content: bytes) -> None:
    """One name a line or in the first column; a header and a byte order mark do not matter."""
    office.asset(name="First", tag="T-1")
    office.asset(name="Second", tag="T-2")

    assert found(office, file=a_list(office, content)) == ["First", "Second"]


def test_an_upload_stands_for_its_file(office: Office) -> None:
    """Whoever uploaded a list need not ask for the file's own id."""
    office.asset(name="First", tag="T-1")
    upload_id = new_id("upload")
    office.commit(Put("upload", upload_id, {"file": a_list(office, b"T-1")}, history=False))

    assert found(office, file=upload_id) == ["First"]


def test_a_list_that_is_no_csv_is_refused(office: Office) -> None:
    """Rather than taken for one long name."""
    listed = Selection(file=a_list(office, b'T-1\n"T-2\n' + b"x" * 200_000))

    with pytest.raises(InvalidSelectionError):
        list(selected(office.scope, listed))


@pytest.mark.parametrize("by_name", [True, False])
def test_pages_go_on_where_one_ended(office: Office, *, by_name: bool) -> None:
    """Without an asset twice or left out, whatever came before."""
    made = [office.asset(name=f"N{number}").id for number in range(1_050)]
    asked = Selection(assets=[*made, made[0]]) if by_name else Selection(all=True)

    first = next(selected_pages(office.scope, asked))
    rest = list(selected_pages(office.scope, asked, after=first.next))

    pages = [first, *rest]
    assert [one.record.id for page in pages for one in page.found if one.record] == made
    assert rest[-1].next is None


def test_what_lies_in_the_trash_is_selected_on_request(office: Office) -> None:
    """By a filter that says so, and by its id."""
    gone = office.asset(name="Gone", tag="T-1")
    delete_asset(office.scope, gone.id)

    assert found(office, all=True) == []
    assert found(office, filter={"trashed": "yes"}) == ["Gone"]
    assert found(office, assets=[gone.id]) == ["Gone"]


@pytest.mark.parametrize(
    "selection",
    [
        {"file": "fil_00000000000000000000000000"},
        {"file": "T#other"},
        {"filter": {"include_subtypes": "perhaps"}},
        {"filter": {"type": True}},
        {"filter": {"trashed": "maybe"}},
        {"filter": {"q": ["a", "b"]}},
        {"filter": {"nothing": "x"}},
        {"filter": {"folder": "/Nowhere"}},
        {"query": "type = Nothing"},
        {"query": "tag = ${missing}"},
        {"query": "tag = x", "time_zone": "Mars/Base"},
    ],
)
def test_what_can_select_nothing_is_refused(office: Office, selection: dict[str, Any]) -> None:
    """Before a job is made of it."""
    with pytest.raises(MusterError):
        check_selection(office.scope, Selection.model_validate(selection))


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"all": True, "assets": ["a"]},
        {"assets": []},
        {"all": True, "query": ""},
        {"all": True, "dialect": "nql"},
        {"filter": {}, "time_zone": "UTC"},
    ],
)
def test_a_selection_is_exactly_one_thing(selection: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Selection.model_validate(selection)


def test_a_list_that_is_gone_says_so(office: Office) -> None:
    """The file's record is there, its content is not."""
    file_id = a_list(office, b"T-1")
    office.scope.objects.delete("files/abc")

    with pytest.raises(InvalidSelectionError):
        list(selected(office.scope, Selection(file=file_id)))


@pytest.fixture
def paged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages have three assets."""
    monkeypatch.setattr("muster.assets.selection._PAGE", 3)


@pytest.mark.usefixtures("paged")
def test_a_query_selects_in_its_own_order_up_to_its_limit(office: Office) -> None:
    """Without one, in the order of creation, however many there are."""
    for number in range(10):
        office.asset("laptop", name=f"N{9 - number}", tag=f"T{number % 2}-{number}")
    names = [f"N{number}" for number in range(10)]

    assert found(office, query="tag LIKE T1-") == ["N8", "N6", "N4", "N2", "N0"]
    assert found(office, query="type = laptop ORDER BY name") == names
    assert found(office, query="type = laptop ORDER BY name LIMIT 7") == names[:7]
    assert found(office, query="LIMIT 4", dialect="aql") == names[:4]
    assert found(office, query="tag = ${t}", parameters={"t": "t1-7"}) == ["N2"]


@pytest.mark.usefixtures("paged")
def test_a_query_goes_on_behind_a_page(office: Office) -> None:
    for number in range(10):
        office.asset("laptop", name=f"N{number}")
    asked = Selection.model_validate({"query": "type = laptop ORDER BY name LIMIT 5"})

    first, *_ = selected_pages(office.scope, asked)
    more = selected_pages(office.scope, asked, after=first.next)

    rest = [one.record and one.record.body["name"] for page in more for one in page.found]
    assert len(first.found) == 3
    assert rest == ["N3", "N4"]


def test_a_kept_query_means_the_days_of_whoever_asked(office: Office) -> None:
    """A worker knows no organisation's time zone: it is kept with the query."""
    asked = Selection.model_validate({"query": "created = 2026-05-01"})

    kept = check_selection(office.scope, asked, time_zone="Asia/Tokyo")

    assert kept.model_dump(exclude_unset=True) == {
        "query": "created = 2026-05-01",
        "time_zone": "Asia/Tokyo",
    }
