"""`muster export`: what is asked for, waited for, and written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.cli.exits import Exit
from tests.unit.cli.conftest import Muster, Service

JOB = "job_01JW0000000000000000000000"


def job(state: str, **more: Any) -> dict[str, Any]:
    return {"id": JOB, "type": "export", "state": state, "progress": {}, "result": {}, **more}


@pytest.fixture
def exported(service: Service) -> None:
    service.on("POST", "/v1/exports", job("queued"), status=202)
    told = {"rows": 2, "not_found": [{"text": "T-9", "code": "x", "detail": "There is no T-9."}]}
    service.on("GET", f"/v1/jobs/{JOB}", job("done", result=told))
    results = {"url": f"{service.url}/bucket/export", "expires_seconds": 300}
    service.on("GET", f"/v1/jobs/{JOB}/results", results, status=302)
    service.on("GET", "/bucket/export", b"key,name\r\n")


def test_a_file_is_written_in_the_format_of_its_name(
    service: Service, muster: Muster, exported: None, tmp_path: Path
) -> None:
    """All assets unless something is selected; names that lead nowhere are told."""
    output = tmp_path / "assets.csv"

    done = muster("export", "-o", str(output), "--fields", "key,name", "--delimiter", "tab")

    (asked,) = service.sent("POST", "/v1/exports")
    assert done.code == Exit.OK, done.err
    assert asked.body == {
        "format": "csv",
        "fields": ["key", "name"],
        "header": "name",
        "filename": "assets.csv",
        "csv": {"delimiter": "\t", "bom": False},
        "selection": {"all": True},
    }
    assert output.read_bytes() == b"key,name\r\n"
    assert "2 assets" in done.out
    assert "There is no T-9." in done.err


def test_an_export_that_failed_says_why(service: Service, muster: Muster, tmp_path: Path) -> None:
    """And nothing is written."""
    service.on("POST", "/v1/exports", job("queued"), status=202)
    error = {"code": "export_too_large", "detail": "Export CSV instead."}
    service.on("GET", f"/v1/jobs/{JOB}", job("failed", error=error))
    output = tmp_path / "assets.xlsx"

    done = muster("export", "-o", str(output), "--filter", "type=laptop")

    assert done.code == Exit.REFUSED
    assert "Export CSV instead." in done.err
    assert not output.exists()


def test_a_dash_is_stdout(
    muster: Muster, exported: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file alone is on stdout, so that it can go through a pipe; the rest is on stderr."""
    monkeypatch.chdir(tmp_path)

    done = muster("export", "-o", "-")

    assert done.out.splitlines() == ["key,name"]
    assert "2 assets" in done.err
    assert not list(tmp_path.iterdir())
