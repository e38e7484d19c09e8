"""`muster import` and `muster undo` against a service that answers as told."""

from __future__ import annotations

import base64
import hashlib
import json
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from muster.cli import imports
from muster.cli.exits import Exit
from tests.unit.cli.conftest import Muster, Service

PATH = "/v1/imports/job_1"
NONE = {"total": 0, "done": 0, "created": 0, "updated": 0, "unchanged": 0, "skipped": 0}


def plan(**counts: int) -> dict[str, Any]:
    zero = dict.fromkeys(("rows", "create", "update", "unchanged", "skip", "fail"), 0)
    return {
        "number": 1,
        "seq": 4,
        "detected": {
            "format": "csv",
            "encoding": "windows-1252",
            "encoding_sure": False,
            "delimiter": "\t",
            "line_ends": "CR",
            "header": True,
            "rows": counts.get("rows", 3),
            "columns": [
                {
                    "name": "Bought",
                    "kind": "date",
                    "filled": 3,
                    "distinct": 3,
                    "longest": 8,
                    "samples": ["3/1/23"],
                    "date_order": "mdy",
                    "assumed": True,
                },
                {"name": "Junk", "kind": "text", "filled": 0, "samples": []},
            ],
            "notes": [{"code": "assumed", "detail": "Month first.", "column": "Bought"}],
        },
        "mapping": {
            "source": "snipe-it",
            "columns": {"Bought": {"to": "asset.bought"}, "Junk": {"to": None}},
            "key": "import.key",
            "identity": ["Name", "Model"],
            "type": "hardware",
        },
        "counts": zero | counts,
        "schema_changes": [],
        "notes": [],
    }


def state(name: str, counts: dict[str, int] | None = None, **members: Any) -> dict[str, Any]:
    return {
        "id": "job_1",
        "filename": "a.csv",
        "state": name,
        "progress": NONE | {"failed": 0},
        "plan": plan(**(counts or {"rows": 3, "create": 3})),
        **members,
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(b"Bought\tJunk\r3/1/23\t\r")
    return path


@pytest.fixture
def planned(service: Service) -> None:
    service.on("POST", "/v1/imports", {"id": "job_1", "state": "ready", "upload": None}, 201)
    service.on("POST", f"{PATH}:plan", {"id": "job_1", "state": "planning"}, 202)
    service.on("POST", f"{PATH}:apply", {"id": "job_1", "state": "applying"}, 202)
    service.on("POST", "/v1/jobs/job_1:cancel", {"id": "job_1", "state": "cancelled"})


def test_a_file_is_planned_shown_and_applied(
    service: Service, muster: Muster, file: Path, planned: None
) -> None:
    """Without a terminal, plain `muster import` applies and says how to take it back."""
    service.on("GET", PATH, state("planning"))
    service.on("GET", PATH, state("planned"))
    service.on("GET", PATH, state("applying"))
    done = state("done", progress=NONE | {"done": 3, "total": 3, "created": 3, "failed": 0})
    service.on("GET", PATH, done)

    result = muster("import", str(file))

    (made,) = service.sent("POST", "/v1/imports")
    assert base64.b64decode(made.body["content_base64"]) == file.read_bytes()
    assert made.body["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert len(service.sent("POST", f"{PATH}:apply")) == 1
    assert result.code == Exit.OK
    assert "encoding\twindows-1252 (guessed)\ndelimiter\ttab\nline ends\tCR\n" in result.out
    assert "dates\tmonth-day-year (assumed)\n" in result.out
    assert "matched by\timport.key (Name + Model)\n" in result.out
    assert "Bought\tdate\t3\tasset.bought\t3/1/23\n" in result.out
    assert "Junk\ttext\t0\tleft out\t\n" in result.out
    assert 'Note: column "Bought": Month first.\n' in result.out
    assert "3 created." in result.out
    assert result.out.endswith("Take it back with: muster undo job_1\n")


def test_options_go_into_the_plan(
    service: Service, muster: Muster, file: Path, planned: None, tmp_path: Path
) -> None:
    """--type and --key join what the mapping file says."""
    service.on("GET", PATH, state("planned"))
    mapping = tmp_path / "m.json"
    mapping.write_text(json.dumps({"columns": {"Junk": None}, "options": {"sheet": "A"}}))

    muster(
        *("import", str(file), "--type", "laptop", "--key", "serial"),
        *("--mapping", str(mapping), "--currency", "eur", "--dry-run"),
    )

    assert service.sent("POST", f"{PATH}:plan")[0].body == {
        "type": "laptop",
        "key": "serial",
        "columns": {"Junk": None},
        "options": {"sheet": "A", "currency": "EUR"},
    }


def test_a_mapping_of_columns_alone_will_do(
    service: Service, muster: Muster, file: Path, planned: None, tmp_path: Path
) -> None:
    """The short form is just column to field."""
    service.on("GET", PATH, state("planned"))
    mapping = tmp_path / "m.json"
    mapping.write_text('{"Colour": "asset.colour"}')

    muster("import", str(file), "--mapping", str(mapping), "--dry-run")

    sent = service.sent("POST", f"{PATH}:plan")[0].body
    assert sent == {"columns": {"Colour": "asset.colour"}}


def test_a_dry_run_applies_nothing_and_shows_what_fails(
    service: Service, muster: Muster, file: Path, planned: None
) -> None:
    """Rows that fail are listed with row, column and reason, and the exit code is 4."""
    service.on("GET", PATH, state("planned", {"rows": 9, "create": 1, "fail": 8}))
    problem = {"row": 3, "column": "Bought", "code": "date", "detail": "'x' is no date."}
    row = {"row": 3, "action": "fail", "name": "Drill", "problems": [problem]}
    service.on("GET", f"{PATH}/rows", {"items": [row], "next_cursor": None})

    result = muster("import", str(file), "--dry-run")

    assert result.code == Exit.PARTLY
    assert service.sent("GET", f"{PATH}/rows")[0].query["action"] == ["fail"]
    assert "3\tBought\tDrill\t'x' is no date.\n… and 7 more rows that fail.\n" in result.out
    assert not service.sent("POST", f"{PATH}:apply")
    assert service.sent("POST", "/v1/jobs/job_1:cancel")


def test_the_same_file_again_has_nothing_to_do(
    service: Service, muster: Muster, file: Path, planned: None
) -> None:
    """A plan that changes nothing is not applied."""
    service.on("GET", PATH, state("planned", {"rows": 3, "unchanged": 3}))

    result = muster("import", str(file))

    assert result.code == Exit.OK
    assert result.out.endswith("There is nothing to change.\n")
    assert service.sent("POST", "/v1/jobs/job_1:cancel")
    assert not service.sent("POST", f"{PATH}:apply")


def test_a_person_is_asked_and_no_is_no(
    service: Service,
    muster: Muster,
    file: Path,
    planned: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a terminal nothing is applied without a yes."""
    service.on("GET", PATH, state("planned"))
    asked: list[str] = []

    def say_no(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(imports, "is_person", lambda: True)
    monkeypatch.setattr(imports, "ask", say_no)

    result = muster("import", str(file))

    assert asked == ["Create 3 assets?"]
    assert result.out.endswith("Nothing was imported.\n")
    assert service.sent("POST", "/v1/jobs/job_1:cancel")
    assert not service.sent("POST", f"{PATH}:apply")


def test_rows_that_failed_give_code_4(
    service: Service, muster: Muster, file: Path, planned: None
) -> None:
    """An import that is done in part says so to scripts."""
    service.on("GET", PATH, state("planned"))
    done = state("done", progress=NONE | {"done": 3, "created": 2, "failed": 1})
    service.on("GET", PATH, done)

    result = muster("import", str(file), "--json")

    assert result.code == Exit.PARTLY
    assert result.json == done


def test_an_import_of_a_wrong_mapping_does_not_wait_for_ever(
    service: Service, muster: Muster, file: Path
) -> None:
    """What can't be planned is ended, and the reason is shown."""
    service.on("POST", "/v1/imports", {"id": "job_1", "state": "ready", "upload": None}, 201)
    service.problem("POST", f"{PATH}:plan", 422, detail="No column goes to 'foo'.")
    service.on("POST", "/v1/jobs/job_1:cancel", {"id": "job_1", "state": "cancelled"})

    result = muster("import", str(file), "--key", "foo")

    assert result.code == Exit.REFUSED
    assert "No column goes to 'foo'." in result.err
    assert service.sent("POST", "/v1/jobs/job_1:cancel")


def test_a_file_that_can_t_be_planned_says_why(
    service: Service, muster: Muster, file: Path, planned: None
) -> None:
    """The import's own error is what is shown."""
    errors = [{"code": "header", "detail": "Two columns are named A.", "row": 1, "column": "A"}]
    error = {"code": "duplicate_header", "detail": "The header is unclear.", "errors": errors}
    service.on("GET", PATH, state("failed", plan=None, error=error))

    result = muster("import", str(file))

    assert result.code == Exit.REFUSED
    assert result.err.splitlines() == [
        "The file can't be planned: The header is unclear.",
        '  row 1, column "A": Two columns are named A.',
    ]


def test_a_large_file_goes_to_the_form(
    service: Service, muster: Muster, tmp_path: Path, planned: None
) -> None:
    """The bytes are posted as multipart/form-data, the file last, without the token."""
    file = tmp_path / 'große "liste".csv'
    file.write_bytes(b"x" * 600_000)
    upload = {"url": f"{service.url}/bucket", "fields": {"key": "T/acme/f", "policy": "p"}}
    service.answers["POST", "/v1/imports"].clear()
    service.on("POST", "/v1/imports", {"id": "job_1", "state": "waiting", "upload": upload}, 201)
    service.on("POST", "/bucket", None, 204)
    service.on("GET", PATH, state("planned"))

    result = muster("import", str(file), "--dry-run")

    (sent,) = service.sent("POST", "/bucket")
    form = message_from_bytes(
        b"content-type: " + sent.headers["content-type"].encode() + b"\r\n\r\n" + sent.content,
        policy=policy.HTTP,
    )
    parts = [(p.get_param("name", header="content-disposition"), p) for p in form.iter_parts()]
    assert result.code == Exit.OK
    assert "authorization" not in sent.headers
    assert [name for name, _ in parts] == ["key", "policy", "file"]
    assert parts[-1][1].get_payload(decode=True) == file.read_bytes()
    assert "content_base64" not in service.sent("POST", "/v1/imports")[0].body


@pytest.mark.parametrize(
    ("name", "said"), [("missing.csv", "not a file"), ("empty.csv", "holds no bytes")]
)
def test_a_file_that_is_none_is_refused_here(
    service: Service, muster: Muster, tmp_path: Path, name: str, said: str
) -> None:
    """Nothing is sent for a file that is absent or empty."""
    (tmp_path / "empty.csv").touch()

    result = muster("import", str(tmp_path / name))

    assert result.code == Exit.REFUSED
    assert said in result.err
    assert service.asked == []


def test_undo_waits_and_says_what_was_taken_back(service: Service, muster: Muster) -> None:
    """The undo is a job of its own, with a way back too."""
    service.on("POST", "/v1/jobs/job_1:undo", {"id": "job_2", "state": "queued"}, 202)
    progress = NONE | {"total": 3, "done": 3, "updated": 3, "failed": 0}
    service.on("GET", "/v1/jobs/job_2", {"id": "job_2", "state": "running", "progress": progress})
    service.on("GET", "/v1/jobs/job_2", {"id": "job_2", "state": "done", "progress": progress})

    result = muster("undo", "job_1")

    assert result.code == Exit.OK
    assert ": 3 taken back.\n" in result.out
    assert "muster undo job_2" in result.out


def test_what_an_undo_leaves_is_told_with_its_reason(service: Service, muster: Muster) -> None:
    """Changes of others stay, each with why, and the exit code is 4."""
    service.on("POST", "/v1/jobs/job_1:undo", {"id": "job_2", "state": "queued"}, 202)
    done = {
        "id": "job_2",
        "state": "done",
        "progress": NONE | {"total": 3, "done": 3, "updated": 2, "skipped": 1, "failed": 0},
        "result": {
            "skipped": [
                {"kind": "asset_type", "id": "typ_1", "detail": "It is in use.", "name": "Laptop"},
                *({"kind": "field_type", "id": f"fld_{n}", "detail": "In use."} for n in range(12)),
            ]
        },
    }
    service.on("GET", "/v1/jobs/job_2", done)

    result = muster("undo", "job_1")

    assert result.code == Exit.PARTLY
    assert "2 taken back, 1 left as they are.\n" in result.out
    assert "asset type\tLaptop\tIt is in use.\n" in result.out
    assert "fld_8, fld_9 and 2 more\tIn use.\n" in result.out


def test_an_interrupt_says_that_the_work_goes_on(service: Service, muster: Muster) -> None:
    """Ctrl-C while waiting ends with 130 and tells how to look at the job."""
    service.on("POST", "/v1/jobs/job_1:undo", {"id": "job_2", "state": "queued"}, 202)
    service.on("GET", "/v1/jobs/job_2", {"id": "job_2", "state": "running", "progress": NONE})
    muster.interrupted = True

    result = muster("undo", "job_1")

    assert result.code == Exit.INTERRUPTED
    assert "muster jobs show job_2" in result.err
