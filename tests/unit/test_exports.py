"""What an export's file holds: every format, every kind, every option, and after every kill."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from muster.catalog.starter import install_starter
from muster.exports.lines import CsvLines
from muster.exports.refusals import InvalidExportError
from muster.jobs.memory import MemoryQueue
from muster.jobs.running import job_of
from muster.jobs.worker import run_job
from muster.ledger import parts
from muster.ledger.model import Record
from muster.scope import Scope
from tests.killing import run_killed
from tests.office import Office
from tests.support import Stand
from tests.unit.export_world import asset, cell, content, export, field, objects, table

KILLS = 50


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    install_starter(made.scope())
    return made


def rich(stand: Stand) -> None:
    """Make a type with a field of each kind that has a text of its own, and an asset of it."""
    kinds = {
        "x.text": "text",
        "x.whole": "integer",
        "x.number": "number",
        "x.truth": "boolean",
        "x.day": "date",
        "x.moment": "datetime",
        "x.span": "duration",
        "x.money": "money",
        "x.place": "geo",
        "x.many": "text",
        "x.owner": "reference",
    }
    for name, kind in kinds.items():
        field(stand, name, kind, **({"max_values": 9} if name == "x.many" else {}))
    placed = [{"field": name} for name in kinds]
    thing = {"name": "x.thing", "label": "Thing", "key_prefix": "TH", "fields": placed}
    assert stand.client.post("/v1/asset-types", thing).status == 201
    other = asset(stand, type="x.thing", name="Other")
    asset(
        stand,
        type="x.thing",
        name="=1+1",
        tag="-5",
        custom_fields={
            "x.text": 'a "quoted", text',
            "x.whole": -12,
            "x.number": 2.5,
            "x.truth": True,
            "x.day": "2026-05-01",
            "x.moment": "2026-05-01T12:00:00Z",
            "x.span": "PT90M",
            "x.money": {"amount": "12.58", "currency": "EUR"},
            "x.place": {"lat": 52.5, "lon": 13.4},
            "x.many": ["one", "two; three"],
            "x.owner": other["id"],
        },
    )


def test_each_kind_has_its_text(stand: Stand) -> None:
    """Dates as ISO, money with its currency, references as keys, several values joined."""
    rich(stand)

    rows = table(stand.scope(), fields="all")

    row = 2
    assert cell(rows, "name", row) == "'=1+1"
    assert cell(rows, "tag", row) == "-5"
    assert cell(rows, "x.text", row) == 'a "quoted", text'
    assert cell(rows, "x.whole", row) == "-12"
    assert cell(rows, "x.number", row) == "2.5"
    assert cell(rows, "x.truth", row) == "true"
    assert cell(rows, "x.day", row) == "2026-05-01"
    assert cell(rows, "x.moment", row).startswith("2026-05-01T12:00:00")
    assert cell(rows, "x.span", row) == "PT1H30M"
    assert cell(rows, "x.money", row) == "12.58 EUR"
    assert cell(rows, "x.place", row) == "52.5,13.4"
    assert cell(rows, "x.many", row) == 'one; "two; three"'
    assert cell(rows, "x.owner", row) == "TH-1"
    assert cell(rows, "created_by", row) == "Ada"


def test_csv_has_its_dialects(stand: Stand) -> None:
    """Byte order mark, delimiter, decimal comma, line end, date order, labels, split money."""
    rich(stand)
    options = {
        "delimiter": ";",
        "bom": True,
        "decimal": ",",
        "dates": "dmy",
        "line_end": "lf",
        "escape_formulas": False,
    }
    asked: dict[str, Any] = {
        "format": "csv",
        "csv": options,
        "header": "name_label",
        "money": "split",
        "fields": ["name", "x.number", "x.day", "x.money"],
    }

    raw = content(stand.scope(), export(stand.scope(), **asked))

    assert raw.startswith(b"\xef\xbb\xbfName;x.number (x.number);")
    assert b"\r" not in raw
    assert raw.decode().splitlines()[2] == "=1+1;2,5;01.05.2026;12,58;EUR"


def test_a_workbook_has_typed_cells(stand: Stand) -> None:
    """Numbers are numbers and dates dates; a text that looks like a formula is a text."""
    rich(stand)

    raw = content(stand.scope(), export(stand.scope(), format="xlsx", fields="all"))

    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert sheet is not None
    heads = [each.value for each in sheet[1]]
    cells = dict(zip(heads, sheet[3], strict=True))
    assert (cells["name"].value, cells["name"].data_type) == ("=1+1", "s")
    assert (cells["x.whole"].value, cells["x.number"].value) == (-12, 2.5)
    assert cells["x.truth"].value is True
    assert cells["x.day"].is_date
    assert sheet.freeze_panes == "A2"


def test_json_lines_are_the_assets(stand: Stand) -> None:
    """One a line, as the API shows them."""
    rich(stand)

    other, thing = objects(stand.scope(), fields="all")

    told = stand.client.get(f"/v1/assets/{thing['id']}").json
    assert other["name"] == "Other"
    assert thing["custom_fields"] == told["custom_fields"]


def test_an_unknown_column_is_refused_with_the_nearest(stand: Stand) -> None:
    """Before there is a job."""
    with pytest.raises(InvalidExportError) as refused:
        export(stand.scope(), fields=["nam", "key", "key"])

    codes = [(error.code, error.pointer) for error in refused.value.errors]
    assert codes == [("unknown_field", "/fields/0"), ("repeated_field", "/fields/2")]
    assert "name" in refused.value.errors[0].detail


def test_what_a_list_names_and_is_not_there_is_told(stand: Stand) -> None:
    """The file has the others."""
    asset(stand, type="laptop", name="One", tag="T-1")

    job = export(stand.scope(), selection={"assets": ["T-1", "T-2"]}, format="jsonl")

    assert job.result["rows"] == 1
    assert [each["text"] for each in job.result["not_found"]] == ["T-2"]


def many(stand: Stand, count: int) -> None:
    for start in range(0, count, 500):
        rows = range(start, min(start + 500, count))
        operations = [
            {"op": "create", "body": {"type": "laptop", "name": f"Laptop {n}", "tag": f"T-{n}"}}
            for n in rows
        ]
        stand.client.post("/v1/assets:batch", {"operations": operations})


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_fifty_kills_leave_the_same_bytes(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    """A killed worker's successor goes on behind the last part that was stored."""
    monkeypatch.setattr(parts, "PART_BYTES", 2_000)
    monkeypatch.setattr(parts, "LEAST_PART_BYTES", 1_000)
    monkeypatch.setattr("muster.assets.selection._PAGE", 20)
    many(stand, 3_000)
    asked = {"format": file_format, "fields": ["id", "key", "name", "tag", "type", "created_at"]}
    calm = content(stand.scope(), export(stand.scope(), **asked))
    stand.queue.run = None
    scope = stand.scope()
    export(scope, **asked)
    _, job_id = stand.queue.waiting[-1]

    killed = run_killed(stand, job_id, kills=KILLS, seed=11)

    record = scope.ledger.get("job", job_id)
    assert record is not None
    assert killed == KILLS
    assert content(scope, job_of(record)) == calm


def test_memory_does_not_grow_with_the_rows(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held is a page of assets and a part of the file."""
    monkeypatch.setattr(parts, "PART_BYTES", 200_000)
    monkeypatch.setattr(parts, "LEAST_PART_BYTES", 100_000)

    def peak() -> int:
        tracemalloc.start()
        job = export(stand.scope(), format="csv", fields="all")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        stand.scope().objects.delete(job.result["file"]["object"])
        return most

    many(stand, 1_500)
    peak()
    small = peak()
    many_more = 6_000
    for start in range(1_500, many_more, 500):
        operations = [
            {"op": "create", "body": {"type": "laptop", "name": f"Laptop {n}", "tag": f"T-{n}"}}
            for n in range(start, start + 500)
        ]
        stand.client.post("/v1/assets:batch", {"operations": operations})

    assert peak() < small * 1.5 + 1_500_000


def test_an_export_shows_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What others change while it is written is not in it."""
    monkeypatch.setattr("muster.assets.selection._PAGE", 2)
    office = Office(tmp_path).settle_in()
    made = [office.asset(name=f"N{number}") for number in range(6)]
    queue = MemoryQueue()
    asking = replace(office.scope, queue=queue)
    export(asking, fields=["name"])
    _, job_id = queue.waiting.popleft()
    written = CsvLines.lines

    def disturbed(lines: CsvLines, scope: Scope, records: Sequence[Record]) -> bytes:
        if records[0].id == made[0].id:
            office.change(made[-1], name="Changed")
        return written(lines, scope, records)

    monkeypatch.setattr(CsvLines, "lines", disturbed)
    run_job(replace(office.another("worker"), objects=asking.objects, queue=queue), job_id)

    record = asking.ledger.get("job", job_id)
    assert record is not None
    rows = content(asking, job_of(record)).split()
    assert rows == [b"name", b"N0", b"N1", b"N2", b"N3", b"N4", b"N5"]
