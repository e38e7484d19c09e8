"""What a workbook can't hold, and what is done about it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from muster.exports.workbook import MAX_CHARACTERS, WorkbookFile
from muster.jobs.running import job_of
from tests.killing import run_killed
from tests.support import Stand
from tests.unit.export_world import asset, content, export, field

CREATED = datetime(2026, 5, 1)  # noqa: DTZ001 - a workbook's times have no zone


def written(path: Path, rows: list[list[Any]], **options: Any) -> WorkbookFile:
    book = WorkbookFile(path, ["A", "B"], [None, "yyyy-mm-dd"], CREATED, **options)
    book.add(rows)
    book.close()
    return book


def test_a_full_sheet_is_followed_by_another(tmp_path: Path) -> None:
    """Each with the header, and none of the rows is lost."""
    path = tmp_path / "a.xlsx"

    made = written(path, [[f"r{number}", None] for number in range(5)], sheet_rows=2)

    sheets = openpyxl.load_workbook(path).worksheets
    assert made.sheets == 3
    assert [sheet.title for sheet in sheets] == ["Assets", "Assets 2", "Assets 3"]
    assert [[row[0].value for row in sheet.rows] for sheet in sheets] == [
        ["A", "r0", "r1"],
        ["A", "r2", "r3"],
        ["A", "r4"],
    ]


def test_text_is_cut_and_cleaned(tmp_path: Path) -> None:
    """What is too long is cut and counted; what XML can't hold is left out."""
    path = tmp_path / "a.xlsx"

    made = written(
        path, [["x" * (MAX_CHARACTERS + 1), "a\x00b\x1b\ufffec"], ["=1+1", "http://a.b"]]
    )

    rows = list(openpyxl.load_workbook(path).worksheets[0].rows)
    assert made.cut == 1
    assert len(str(rows[1][0].value)) == MAX_CHARACTERS
    assert rows[1][1].value == "abc"
    assert [(cell.value, cell.data_type) for cell in rows[2]] == [
        ("=1+1", "s"),
        ("http://a.b", "s"),
    ]
    assert rows[2][1].hyperlink is None


def test_days_are_days(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    written(path, [[None, date(2026, 5, 1)]])

    assert openpyxl.load_workbook(path).worksheets[0]["B2"].value == datetime(2026, 5, 1)  # noqa: DTZ001


def test_days_before_the_first_of_a_workbook_are_text(tmp_path: Path) -> None:
    """Its calendar begins in 1900."""
    stand = Stand(tmp_path)
    field(stand, "x.day", "date")
    body = {"name": "x.thing", "label": "Thing", "key_prefix": "TH", "fields": [{"field": "x.day"}]}
    assert stand.client.post("/v1/asset-types", body).status == 201
    asset(stand, type="x.thing", name="Old", custom_fields={"x.day": "1899-12-31"})
    path = tmp_path / "a.xlsx"

    path.write_bytes(content(stand.scope(), export(stand.scope(), format="xlsx")))

    rows = list(openpyxl.load_workbook(path).worksheets[0].values)
    assert rows[1][-1] == "1899-12-31"


def test_a_killed_workbook_is_begun_anew(tmp_path: Path) -> None:
    """With the same rows in the end."""
    stand = Stand(tmp_path)
    body = {"name": "x.thing", "label": "Thing", "key_prefix": "TH"}
    assert stand.client.post("/v1/asset-types", body).status == 201
    for number in range(10):
        asset(stand, type="x.thing", name=f"N{number}")
    stand.queue.run = None
    scope = stand.scope()
    export(scope, format="xlsx")
    _, job_id = stand.queue.waiting[-1]

    run_killed(stand, job_id, kills=3, seed=5)

    record = scope.ledger.get("job", job_id)
    assert record is not None
    path = tmp_path / "a.xlsx"
    path.write_bytes(content(scope, job_of(record)))
    rows = list(openpyxl.load_workbook(path).worksheets[0].values)
    assert [row[1] for row in rows] == ["name", *(f"N{number}" for number in range(10))]
