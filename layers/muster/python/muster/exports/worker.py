"""Carries an export out: page by page into the object store, and on from the last stored part."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from muster.assets.selection import SelectedPage, selected_pages
from muster.catalog.load import load_catalog
from muster.catalog.model import Catalog
from muster.errors import MusterError, TransientError
from muster.exports.asked import MEDIA_TYPES, ExportRequest
from muster.exports.columns import column_names, columns
from muster.exports.lines import CsvLines, JsonLines, Lines
from muster.exports.overview import overview
from muster.exports.texts import Writing
from muster.exports.typed import number_format, typed_rows
from muster.exports.workbook import WorkbookFile
from muster.jobs.model import Progress
from muster.jobs.running import JobBroken, JobCancelled, JobPaused, Running
from muster.ledger.model import Record
from muster.ledger.objects import ObjectWriter

_MOST_TOLD = 100
_MOST_TRIES = 3
_REPORTED_ROWS = 20_000
_COPIED_BYTES = 1 << 20


@dataclass(frozen=True)
class Place:
    """How far an export is: what its job's record keeps, as `next` of its result."""

    columns: Sequence[str] = ()
    after: Sequence[Any] | None = None
    """Where the next page of the selection begins."""
    writer: Mapping[str, Any] | None = None
    """What goes on behind the parts that are stored."""
    rows: int = 0
    failed: int = 0
    not_found: Sequence[Mapping[str, str]] = ()
    tries: int = 0
    """How often a workbook was begun."""

    def told(self) -> dict[str, Any]:
        """Return what the job's result tells of it."""
        return {"rows": self.rows} | ({"not_found": self.not_found} if self.not_found else {})

    def past(self, page: SelectedPage) -> tuple[Place, list[Record]]:
        """Return the place behind a page, and the page's assets."""
        records = [one.record for one in page.found if one.record is not None]
        wrong = [one for one in page.found if one.record is None]
        told = [{"text": w.text, "code": w.code, "detail": w.detail} for w in wrong]
        behind = replace(
            self,
            after=page.next,
            rows=self.rows + len(records),
            failed=self.failed + len(wrong),
            not_found=(*self.not_found, *told)[:_MOST_TOLD],
        )
        return behind, records


def run_export(running: Running) -> Mapping[str, Any]:
    """Write the file, and return what the finished job's record holds."""
    running.scope.replica.catch_up()
    work = _Work(running)
    if running.scope.objects.size(work.name) is None:
        place = work.begun()
        with work.cleaning_up():
            if work.request.format == "xlsx":
                work.write_workbook(replace(place, tries=place.tries + 1))
            else:
                work.write_lines(place)
    # An object appears whole or not at all: a worker that died behind this point left it done.
    return work.finished()


class _Work:
    """One export at work."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.scope = running.scope
        parameters = running.job.parameters
        self.request = ExportRequest.model_validate(parameters["request"])
        self.name = f"jobs/{running.record.id}/export.{self.request.format}"
        self._writer: ObjectWriter | None = None

    def begun(self) -> Place:
        """Return where the export is; at first, find out what it is about."""
        kept = self.running.job.result.get("next")
        if kept is not None:
            return Place(**kept)
        names: tuple[str, ...] = ()
        about = overview(self.scope, self.request.selection)
        if self.request.format != "jsonl":
            names = column_names(load_catalog(self.scope), self.request, about.types)
        place = Place(columns=names)
        self._commit(place, total=about.total)
        return place

    def write_lines(self, place: Place) -> None:
        """Write what is text, and keep the place whenever a part of it is stored."""
        writer = self._opened(place)
        lines = self._lines(place)
        if place.writer is None:
            writer.write(lines.head())
        for page in self._pages(place):
            place, records = place.past(page)
            writer.write(lines.lines(self.scope, records))
            if writer.flush() and page.next is not None:
                self._commit(replace(place, writer=writer.state()))
            self.running.go_on()
        self._close(writer, place, {})

    def write_workbook(self, place: Place) -> None:
        """Write a workbook beside, and store it; a worker that takes over begins anew.

        Raises JobBroken where no worker has time enough for it.
        """
        place = replace(place, after=None, rows=0, failed=0, not_found=())
        self._commit(place)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "export.xlsx"
            place, told = self._filled(path, place)
            writer = self._opened(place)
            with path.open("rb") as content:
                while chunk := content.read(_COPIED_BYTES):
                    writer.write(chunk)
            self._close(writer, place, told)

    def finished(self) -> Mapping[str, Any]:
        """Return the result of an export whose file is stored."""
        file = {
            "name": self.running.job.parameters["filename"],
            "object": self.name,
            "media_type": MEDIA_TYPES[self.request.format],
            "size": self.scope.objects.size(self.name),
        }
        told = {n: v for n, v in self.running.job.result.items() if n != "next"}
        return {"result": {**told, "file": file}}

    @contextmanager
    def cleaning_up(self) -> Iterator[None]:
        """Throw the stored parts away when nobody will go on with them."""
        try:
            yield
        except TransientError:
            raise
        except (JobCancelled, JobBroken, MusterError):
            if self._writer is not None:
                self._writer.abort()
            raise

    def _filled(self, path: Path, place: Place) -> tuple[Place, dict[str, int]]:
        catalog = load_catalog(self.scope)
        split = self.request.money == "split"
        shown = columns(catalog, place.columns, split=split)
        book = WorkbookFile(
            path,
            [column.head(self.request.header) for column in shown],
            [number_format(column, split=split) for column in shown],
            self.running.record.created.at.replace(tzinfo=None),
        )
        maker = typed_rows(shown, _writing(catalog, self.request), split=split)
        for page in self._pages(place):
            place, records = place.past(page)
            book.add(maker.rows(self.scope, records))
            if place.rows % _REPORTED_ROWS < len(records):
                self._commit(place)
            self._check_time(place)
        book.close()
        return place, {"sheets": book.sheets} | ({"cut": book.cut} if book.cut else {})

    def _check_time(self, place: Place) -> None:
        try:
            self.running.go_on()
        except JobPaused as paused:
            if place.tries < _MOST_TRIES:
                raise
            detail = "A workbook of this size takes longer than a worker has: export CSV instead."
            raise JobBroken("export_too_large", detail) from paused

    def _pages(self, place: Place) -> Iterator[SelectedPage]:
        return selected_pages(self.scope, self.request.selection, after=place.after)

    def _opened(self, place: Place) -> ObjectWriter:
        kind = MEDIA_TYPES[self.request.format]
        self._writer = self.scope.objects.writer(self.name, content_type=kind, state=place.writer)
        return self._writer

    def _lines(self, place: Place) -> Lines:
        catalog = load_catalog(self.scope)
        if self.request.format == "jsonl":
            return JsonLines(catalog, self.request)
        return CsvLines(catalog, self.request, place.columns)

    def _close(self, writer: ObjectWriter, place: Place, told: Mapping[str, int]) -> None:
        """Say what is in the file, then let it appear.

        `next` stays where the last part was stored: a worker that dies in between is followed by
        one that writes the rest again.
        """
        result = {"next": self.running.job.result["next"], **place.told(), **told}
        done = place.rows + place.failed
        self.running.commit(
            result=result, progress=Progress(total=done, done=done, failed=place.failed)
        )
        writer.close()

    def _commit(self, place: Place, *, total: int | None = None) -> None:
        told = Progress(
            total=self.running.job.progress.total if total is None else total,
            done=place.rows + place.failed,
            failed=place.failed,
        )
        self.running.commit(result={"next": asdict(place)}, progress=told)


def _writing(catalog: Catalog, request: ExportRequest) -> Writing:
    return Writing(catalog, request.csv, request.users, escape=False)
