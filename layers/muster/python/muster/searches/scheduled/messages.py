"""What a run tells: the body of a webhook, and the text of an e-mail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from muster.assets.present import Names, present_asset
from muster.catalog.load import load_catalog
from muster.exports.asked import CsvOptions
from muster.exports.cells import text_rows
from muster.exports.columns import columns
from muster.exports.texts import Writing
from muster.ledger.model import Record
from muster.scope import Scope
from muster.searches.scheduled.finding import Found

_MOST_BYTES = 1_000_000
_MOST_MAIL = 200_000
_LONGEST_CELL = 80
_MAIL_COLUMNS = ("key", "name", "type", "folder", "tag", "serial")


@dataclass(frozen=True)
class Told:
    """What is told of one run besides the assets."""

    schedule: Record
    run: str
    """The job's id."""
    at: str
    found: Found
    link: str
    """Where all that the search finds is shown."""


def webhook_body(scope: Scope, told: Told, records: Sequence[Record]) -> bytes:
    """Return the JSON of a webhook: the first assets, as many as fit a megabyte."""
    names = Names(scope, load_catalog(scope), records)
    items = [present_asset(each, names) for each in records]
    while True:
        body = _encoded(scope, told, items)
        if len(body) <= _MOST_BYTES or not items:
            return body
        items = items[: len(items) // 2]


def _encoded(scope: Scope, told: Told, items: Sequence[Any]) -> bytes:
    schedule, found = told.schedule, told.found
    content = {
        "tenant": scope.tenant,
        "search": {
            "id": schedule.id,
            "name": schedule.body["name"],
            "saved_search": schedule.body["saved_search"],
        },
        "run": told.run,
        "at": told.at,
        "total": found.total,
        "new": None if found.known is None else len(found.told),
        "truncated": found.is_cut or len(items) < found.count,
        "items": items,
        "link": told.link,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def mail_subject(told: Told) -> str:
    """Return the subject: the search's name and how many."""
    word = "new" if told.found.known is not None else "found"
    return f"{told.schedule.body['name']}: {told.found.count} {word}"


def mail_text(scope: Scope, told: Told, records: Sequence[Record], names: Sequence[str]) -> str:
    """Return the text: a line for each of the first assets, and where to find all."""
    catalog = load_catalog(scope)
    shown = columns(catalog, names or _MAIL_COLUMNS, split=False)
    writing = Writing(catalog, CsvOptions(), escape=False)
    rows = text_rows(shown, writing, split=False).rows(scope, records)
    found = told.found
    head = f"{told.schedule.body['name']} found {found.total:,} assets"
    head += "." if found.known is None else f", {len(found.told):,} of them new."
    lines = [head, "", " | ".join(column.label for column in shown)]
    lines += [" | ".join(_cell(each) for each in row) for row in rows]
    if found.count > len(rows):
        lines.append(f"… and {found.count - len(rows):,} more.")
    return "\n".join(lines)[:_MOST_MAIL] + f"\n\nAll of them: {told.link}\n"


def _cell(value: Any) -> str:
    text = " ".join(str(value or "").split())
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"
