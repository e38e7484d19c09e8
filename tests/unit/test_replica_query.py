"""Lists of assets: every query is answered as a plain walk over all records would answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cmp_to_key, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.replica import ask
from muster.replica.cells import cells, key_order, text_cell
from muster.replica.compose import Way
from muster.replica.port import AssetQuery, Sort
from tests.unit.replica_world import World

_TEXTS = st.sampled_from([None, "", "b", "B", "é", "e", "a 10", "a 9", " x  Y ", "ß"])
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from(
        [0.5, 2**70, "b", "B", "2026-01-01", "2026-01-01T00:00:00.5Z", {"a": 1}, [[1]]]
    ),
    st.builds(
        lambda minor, currency: {"minor": minor, "currency": currency},
        st.integers(0, 2),
        st.sampled_from(["EUR", "USD"]),
    ),
)
_BODIES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["typ_1", "typ_2", "typ_3"]),
        "folder": st.sampled_from([None, "fol_1", "fol_2", "fol_3"]),
        "name": _TEXTS,
        "tag": _TEXTS,
        "key": st.sampled_from([None, "LAP-2", "LAP-10", "LAP-02"]),
        "trashed_at": st.sampled_from([None, None, "2026-01-01T00:00:00Z"]),
        "fields": st.dictionaries(
            st.sampled_from(["f.a", "f.b"]), st.one_of(_VALUES, st.lists(_VALUES, max_size=3))
        ),
    }
)
_FIELDS = ["name", "tag", "key", "type", "folder", "created_at", "updated_at", "f.a", "f.b", "f.no"]
_QUERIES = st.builds(
    AssetQuery,
    types=st.lists(st.sampled_from(["typ_1", "typ_2", "typ_9"]), max_size=2),
    folders=st.lists(st.sampled_from(["fol_1", "fol_3", "fol_9"]), max_size=2),
    include_subfolders=st.booleans(),
    equals=st.one_of(
        st.just({}),
        st.dictionaries(
            st.sampled_from(["name", "tag", "key", "type"]),
            st.lists(_TEXTS, min_size=1, max_size=2),
        ),
        st.dictionaries(
            st.sampled_from(["f.a", "f.b", "f.no"]), st.lists(_VALUES, min_size=1, max_size=2)
        ),
    ),
    text=st.sampled_from([None, None, " ", "a", "e*", "b x", "-"]),
    trashed=st.sampled_from(["no", "no", "yes", "any"]),
    sort=st.lists(
        st.builds(Sort, st.sampled_from(_FIELDS), descending=st.booleans()),
        max_size=3,
        unique_by=lambda sort: sort.field,
    ),
    limit=st.integers(1, 4),
    count=st.just(value=True),
)
_PARENTS = {"fol_2": "fol_1", "fol_3": "fol_2", "fol_1": None}


def _cells_of(body: Mapping[str, Any], name: str) -> list[Any]:
    if "." in name:
        return cells((body.get("fields") or {}).get(name))
    if name in {"type", "folder"}:
        return [] if body[name] is None else [(body[name], None)]
    found = text_cell(body[name] or "")
    return [] if found is None else [(found, None)]


def _accepts(body: Mapping[str, Any], name: str, accepted: list[Any]) -> bool:
    held = _cells_of(body, name)
    if None in accepted and not held:
        return True
    if name == "type":
        return any(cell[0] in accepted for cell in held)
    wanted = [cell for value in accepted for cell in cells(value) if cell[0] is not None]
    return any(cell in wanted for cell in held)


def _in_folders(body: Mapping[str, Any], query: AssetQuery) -> bool:
    above = body["folder"]
    while query.include_subfolders and above is not None and above not in query.folders:
        above = _PARENTS[above]
    return above in query.folders


def _has_text(body: Mapping[str, Any], text: str) -> bool:
    values = (body.get("fields") or {}).values()
    held = [body["name"], body["tag"], body["key"], *_strings(list(values))]
    words = (text_cell(" ".join(filter(None, held))) or "").replace("-", " ").split()
    return text != "-" and all(
        any(word.startswith(w[:-1]) if w.endswith("*") else word == w for word in words)
        for w in text.split()
    )


def _strings(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for element in value for text in _strings(element)]
    return [value] if isinstance(value, str) and not value.startswith("2026") else []


def _matches(body: Mapping[str, Any], query: AssetQuery) -> bool:
    trashed = body["trashed_at"] is not None
    return (
        (query.trashed == "any" or trashed == (query.trashed == "yes"))
        and (not query.types or body["type"] in query.types)
        and (not query.folders or _in_folders(body, query))
        and all(_accepts(body, name, list(values)) for name, values in query.equals.items())
        and (not query.text or not query.text.strip() or _has_text(body, query.text))
    )


type _Row = tuple[int, Any]


def _compare(query: AssetQuery, one: _Row, two: _Row) -> int:
    for sort in query.sort:
        a, b = (_sort_value(row, sort.field) for row in (one, two))
        if a == b:
            continue
        if a is None or b is None:
            return 1 if a is None else -1
        # Numbers come before texts.
        less = (isinstance(a, str), a) < (isinstance(b, str), b)
        return -1 if less != sort.descending else 1
    backwards = bool(query.sort) and query.sort[-1].descending
    return two[0] - one[0] if backwards else one[0] - two[0]


def _sort_value(row: _Row, name: str) -> Any:
    number, body = row
    if name in {"created_at", "updated_at"}:
        return number
    held = _cells_of(body, name)
    value = held[0][0] if held else None
    return key_order(value) if name == "key" else value


def _expected(bodies: list[Any], query: AssetQuery) -> list[int]:
    rows = [(n, body) for n, body in enumerate(bodies, start=1) if _matches(body, query)]
    order: Callable[[_Row, _Row], int] = partial(_compare, query)
    ordered = sorted(rows, key=cmp_to_key(order))
    return [number for number, _ in ordered]


def _world(directory: Path, bodies: list[Any]) -> World:
    world = World(directory)
    for folder, parent in _PARENTS.items():
        world.put("folder", folder, {"name": folder, "parent": parent})
    for number, body in enumerate(bodies, start=1):
        world.asset(number, **body)
    return world


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(bodies=st.lists(_BODIES, max_size=12), query=_QUERIES)
def test_pages_hold_what_a_plain_walk_finds_in_order(bodies: list[Any], query: AssetQuery) -> None:
    """Whatever the assets and the query, the pages together are the filtered, sorted list."""
    with TemporaryDirectory() as directory:
        world = _world(Path(directory), bodies)
        expected = _expected(bodies, query)

        assert world.pages(query) == expected
        assert world.replica.find_assets(query).total == len(expected)
        _check_ways(world, query, expected)
        world.replica.close()


def _check_ways(world: World, query: AssetQuery, expected: list[int]) -> None:
    """Every way to come by the rows finds the same, not only the cheapest."""
    db = world.replica._store.open()
    search = ask.search(db, query)
    ways = [replace(search.way(5), gather=None, checks=search.filters, arms=Way.arms)]
    for chosen in search.filters:
        if chosen.rows:
            others = [each for each in search.filters if each is not chosen]
            ways.append(replace(ways[0], gather=chosen, checks=others))
    by_row = dict(db.execute("SELECT row, id FROM record WHERE kind = 'asset'").fetchall())
    for way in ways:
        rows, after = [], None
        while page := search.read(db, way, 3, after):
            rows += [row for row, *_ in page]
            after = [*page[-1][1:], page[-1][0]]
        assert [int(by_row[row][4:]) for row in rows] == expected


_FEW = st.sampled_from([None, "a", "b"])
_PLAIN = st.fixed_dictionaries(
    {
        "type": st.just("typ_1"),
        "folder": st.none(),
        "name": _FEW,
        "tag": _FEW,
        "key": st.none(),
        "trashed_at": st.none(),
        "fields": st.fixed_dictionaries({"f.a": _FEW, "f.b": st.sampled_from([None, 1, 2])}),
    }
)
_ORDERS = st.lists(
    st.builds(Sort, st.sampled_from(["name", "tag", "f.a", "f.b"]), descending=st.booleans()),
    min_size=2,
    max_size=3,
    unique_by=lambda sort: sort.field,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(bodies=st.lists(_PLAIN, min_size=6, max_size=12), sort=_ORDERS)
def test_mixed_directions_keep_empty_values_last(bodies: list[Any], sort: list[Sort]) -> None:
    """With many ties and gaps, pages of two go on exactly where the one before ended."""
    with TemporaryDirectory() as directory:
        world = _world(Path(directory), bodies)
        query = AssetQuery(sort=sort, limit=2)

        assert world.pages(query) == _expected(bodies, query)
