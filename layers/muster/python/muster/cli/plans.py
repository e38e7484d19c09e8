"""How an import's plan and its outcome read to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from muster.cli.exits import error_place
from muster.cli.screen import cell, say, show_pairs, show_table

_ACTIONS = ("create", "update", "unchanged", "skip", "fail")
MOST_ROWS = 50
"""How many rows that fail or are skipped are shown."""


def show_plan(plan: Mapping[str, Any]) -> None:
    """Print what was found out about the file, where its columns go, and what would happen."""
    show_pairs(_fact_pairs(plan["detected"], plan["mapping"]))
    show_table(
        ("column", "looks like", "filled", "goes to", "for example"),
        list(_column_rows(plan["detected"], plan["mapping"])),
        title="Columns",
    )
    if plan["schema_changes"]:
        show_table(
            ("to be made", "name", "label", "why"),
            [
                (_words(c["action"]), c["name"], c["label"], c["detail"])
                for c in plan["schema_changes"]
            ],
            title="Missing in the catalog",
        )
    notes = [*plan["detected"]["notes"], *plan["notes"]]
    say(*(f"Note: {_noted(note)}" for note in notes))
    counts = plan["counts"]
    show_table(("rows", *_ACTIONS), [(counts["rows"], *(counts[a] for a in _ACTIONS))])


def show_problem_rows(rows: Iterable[Mapping[str, Any]], total: int) -> None:
    """Print rows with what is wrong with them, and how many more there are than are shown."""
    found = list(rows)
    lines = [
        (problem["row"], problem.get("column") or "", row.get("name") or "", problem["detail"])
        for row in found
        for problem in row["problems"]
    ]
    if lines:
        show_table(("row", "column", "name", "reason"), lines, title="Rows that fail")
    if total > len(found):
        say(f"… and {total - len(found)} more rows that fail.")


def outcome(found: Mapping[str, Any]) -> str:
    """Return what an import did, in one line."""
    progress = found["progress"]
    counted = ("created", "updated", "unchanged", "skipped", "failed")
    return ", ".join(f"{progress[name]} {name}" for name in counted if progress[name]) or "no rows"


def expected(counts: Mapping[str, int]) -> str:
    """Return what a plan would do, as a question's object: `create 5 and update 2 assets`."""
    parts = [f"{action} {counts[action]}" for action in ("create", "update") if counts[action]]
    return f"{' and '.join(parts)} assets" if parts else "change nothing"


def changes_nothing(plan: Mapping[str, Any]) -> bool:
    """Tell whether applying the plan would leave everything as it is."""
    counts = plan["counts"]
    return not (counts["create"] or counts["update"] or plan["schema_changes"])


def _fact_pairs(facts: Mapping[str, Any], mapping: Mapping[str, Any]) -> list[tuple[str, Any]]:
    delimiter = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
    guessed = "" if facts.get("encoding_sure", True) else " (guessed)"
    identity = " + ".join(mapping.get("identity") or ())
    pairs = [
        ("format", facts["format"]),
        ("sheet", facts.get("sheet")),
        ("encoding", facts["encoding"] + guessed),
        ("delimiter", delimiter.get(facts.get("delimiter") or "", facts.get("delimiter"))),
        ("line ends", facts.get("line_ends")),
        ("header", facts["header"]),
        ("rows", facts["rows"]),
        ("dates", _date_orders(facts["columns"])),
        ("read as", mapping["source"] if mapping["source"] != "none" else None),
        ("type", mapping["type"]),
        ("matched by", f"{mapping['key']} ({identity})" if identity else mapping["key"]),
    ]
    return [(name, value) for name, value in pairs if value is not None]


def _date_orders(columns: Iterable[Mapping[str, Any]]) -> str | None:
    words = {"ymd": "year-month-day", "dmy": "day-month-year", "mdy": "month-day-year"}
    orders = {
        words[c["date_order"]] + (" (assumed)" if c.get("assumed") else "")
        for c in columns
        if c.get("date_order")
    }
    return ", ".join(sorted(orders)) or None


def _column_rows(facts: Mapping[str, Any], mapping: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    for column in facts["columns"]:
        target = (mapping["columns"].get(column["name"]) or {}).get("to")
        sample = next(iter(column.get("samples") or ()), "")
        yield (
            column["name"],
            _words(column["kind"]),
            column["filled"],
            target or "left out",
            sample if len(sample) <= 40 else sample[:39] + "…",  # noqa: PLR2004
        )


def _noted(note: Mapping[str, Any]) -> str:
    place = error_place({**note, "row": None})
    return f"{place}: {note['detail']}" if place else cell(note["detail"])


def _words(code: str) -> str:
    return code.replace("_", " ")
