"""Values of every kind of field: what is taken, how it is kept and shown, what is refused."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.model import FieldKind, FieldType, Option
from muster.catalog.values import (
    HANDLERS,
    TextDialect,
    ValueContext,
    ValueProblem,
    check_pattern,
    mark_value,
    parse_text,
    parse_value,
    present_value,
)

ASSET = "ast_01KB0000000000000000000000"
CONTEXT = ValueContext(
    resolve_asset=lambda _field, raw: ASSET if raw in (ASSET, {"tag": "IT-00042"}) else None,
    resolve_member=lambda raw: "mem_1" if raw in ("mem_1", "ada@example.org") else None,
    type_id=lambda words: "typ_1" if words in ("type.computer", "typ_1") else None,
    purpose_of_file={"fil_1": "file", "fil_2": "image", "fil_4": "processing"}.get,
)
SHOWN_FILE = {"id": "fil_1", "name": "front.jpg", "media_type": "image/jpeg", "size": 7}
OPTIONS = (Option(id="opt_1", label="In use", color="#00aa00"), Option(id="opt_2", label="Lost"))


class Names:
    def asset(self, asset_id: str) -> dict[str, Any] | None:
        return {"id": asset_id, "key": "COMP-1", "name": "PC", "tag": None}

    def member(self, member_id: str) -> dict[str, Any] | None:
        return {"id": member_id, "name": "Ada"}

    def type(self, type_id: str) -> dict[str, Any] | None:
        return {"id": type_id, "name": "type.computer", "label": "Computer"}

    def file(self, file_id: str) -> dict[str, Any] | None:
        return {"id": file_id, "name": "front.jpg", "media_type": "image/jpeg", "size": 7}


def field(kind: FieldKind, **more: Any) -> FieldType:
    options = OPTIONS if "select" in kind or kind is FieldKind.STATUS else ()
    return FieldType(name="x.y", label="Field", kind=kind, options=options, **more)


K = FieldKind
# kind, JSON given, stored, JSON shown
ROUNDS: list[tuple[FieldKind, Any, Any, Any]] = [
    (K.TEXT, " ThinkPad ", "ThinkPad", "ThinkPad"),
    (K.TEXT_AREA, "a\r\nb", "a\nb", "a\nb"),
    (K.INTEGER, 16, 16, 16),
    (K.INTEGER, -(2**63), -(2**63), -(2**63)),
    (K.NUMBER, 13.3, 13.3, 13.3),
    (K.BOOLEAN, False, False, False),
    (K.DATE, "2024-02-29", "2024-02-29", "2024-02-29"),
    (K.TIME, "8:30", "08:30:00", "08:30:00"),
    (K.DATETIME, "2026-11-24T09:30:00+01:00", "2026-11-24T08:30:00Z", "2026-11-24T08:30:00Z"),
    (K.DURATION, "PT2H30M", 9_000, 9_000),
    (K.SELECT, "in USE", "opt_1", {"id": "opt_1", "label": "In use", "color": "#00aa00"}),
    (K.STATUS, {"id": "opt_2"}, "opt_2", {"id": "opt_2", "label": "Lost"}),
    (K.MULTI_SELECT, ["Lost", "opt_2"], ["opt_2"], [{"id": "opt_2", "label": "Lost"}]),
    (K.USER, "ada@example.org", "mem_1", {"id": "mem_1", "name": "Ada"}),
    (K.USER, "Grace Hopper", "Grace Hopper", {"id": None, "name": "Grace Hopper"}),
    (K.GROUP, "it-support", "it-support", "it-support"),
    (K.URL, "HTTPS://Example.ORG/A?b=1", "https://example.org/A?b=1", "https://example.org/A?b=1"),
    (K.EMAIL, "ada@example.org", "ada@example.org", "ada@example.org"),
    (K.IP, "2001:0DB8::0001", "2001:db8::1", "2001:db8::1"),
    (K.CIDR, "10.20.3.4/16", "10.20.0.0/16", "10.20.0.0/16"),
    (K.MAC, "00-1B-63-84-45-E6", "00:1b:63:84:45:e6", "00:1b:63:84:45:e6"),
    (
        K.MONEY,
        {"amount": "12.58", "currency": "EUR"},
        {"minor": 1258, "currency": "EUR"},
        {"amount": "12.58", "currency": "EUR"},
    ),
    (
        K.MONEY,
        {"amount": "1200", "currency": "JPY"},
        {"minor": 1200, "currency": "JPY"},
        {"amount": "1200", "currency": "JPY"},
    ),
    (K.GEO, {"lat": 52.5, "lon": 13}, {"lat": 52.5, "lon": 13}, {"lat": 52.5, "lon": 13}),
    (
        K.REFERENCE,
        {"tag": "IT-00042"},
        ASSET,
        {"id": ASSET, "key": "COMP-1", "name": "PC", "tag": None},
    ),
    (
        K.ASSET_TYPE,
        "type.computer",
        "typ_1",
        {"id": "typ_1", "name": "type.computer", "label": "Computer"},
    ),
    (K.PROJECT, "ITSM", "ITSM", "ITSM"),
    (K.REPOSITORY, "acme/infra", "acme/infra", "acme/infra"),
    (K.PAGE, "Runbooks", "Runbooks", "Runbooks"),
    (K.VERSION, "24.04.1", "24.04.1", "24.04.1"),
    (K.GLOBAL_ID, "7f3a", "7f3a", "7f3a"),
    (K.FILE, "fil_1", "fil_1", SHOWN_FILE),
    (K.FILE, {"id": "fil_1"}, "fil_1", SHOWN_FILE),
    (K.IMAGE, "fil_2", "fil_2", {**SHOWN_FILE, "id": "fil_2"}),
    (K.JSON, {"a": [1, None]}, {"a": [1, None]}, {"a": [1, None]}),
]
# kind, JSON given, code
REFUSED: list[tuple[FieldKind, Any, str]] = [
    (K.TEXT, 5, "wrong_type"),
    (K.TEXT, "a\nb", "line_break"),
    (K.TEXT, "a\0b", "invalid_character"),
    (K.TEXT, "x" * 4_001, "too_long"),
    (K.TEXT, ["a"], "wrong_type"),
    (K.TEXT_AREA, {}, "wrong_type"),
    (K.INTEGER, "16", "wrong_type"),
    (K.INTEGER, True, "wrong_type"),
    (K.INTEGER, 1.5, "wrong_type"),
    (K.INTEGER, 2**63, "too_large"),
    (K.NUMBER, float("nan"), "too_large"),
    (K.NUMBER, "1", "wrong_type"),
    (K.BOOLEAN, 1, "wrong_type"),
    (K.DATE, "2023-02-29", "invalid_date"),
    (K.DATE, "24.11.2026", "invalid_date"),
    (K.DATE, "0001-01-01", "invalid_date"),
    (K.TIME, "25:00", "invalid_time"),
    (K.DATETIME, "2026-11-24T08:30:00", "invalid_datetime"),
    (K.DATETIME, "20261124", "invalid_datetime"),
    (K.DURATION, "P1Y", "invalid_duration"),
    (K.DURATION, -1, "too_small"),
    (K.SELECT, "Brokn", "unknown_option"),
    (K.SELECT, ["Lost"], "wrong_type"),
    (K.STATUS, 1, "wrong_type"),
    (K.MULTI_SELECT, "Lost", "wrong_type"),
    (K.USER, 7, "wrong_type"),
    (K.GROUP, "a\tb", "invalid_character"),
    (K.URL, "javascript:alert(1)", "invalid_url"),
    (K.URL, "https://", "invalid_url"),
    (K.URL, "http://[::1", "invalid_url"),
    (K.EMAIL, "ada at example", "invalid_email"),
    (K.IP, "10.0.0.256", "invalid_ip"),
    (K.CIDR, "10.0.0.0", "invalid_cidr"),
    (K.MAC, "00:1b:63", "invalid_mac"),
    (K.MONEY, {"amount": 12.58, "currency": "EUR"}, "wrong_type"),
    (K.MONEY, {"amount": "12.585", "currency": "EUR"}, "too_precise"),
    (K.MONEY, {"amount": "1", "currency": "XXX"}, "unknown_currency"),
    (K.GEO, {"lat": 91, "lon": 0}, "out_of_range"),
    (K.REFERENCE, {"tag": "nope"}, "unknown_asset"),
    (K.ASSET_TYPE, "type.nope", "unknown_type"),
    (K.PROJECT, 1, "wrong_type"),
    (K.REPOSITORY, 1, "wrong_type"),
    (K.PAGE, "x" * 256, "too_long"),
    (K.VERSION, 24.04, "wrong_type"),
    (K.GLOBAL_ID, None.__class__, "wrong_type"),
    (K.FILE, {"name": "x"}, "wrong_type"),
    (K.FILE, "fil_3", "unknown_file"),
    (K.IMAGE, "fil_1", "no_image"),
    (K.IMAGE, "fil_4", "file_not_ready"),
    (K.JSON, float("inf"), "invalid_json"),
    (K.AUTO_NUMBER, 5, "read_only"),
]


def test_every_kind_is_tried() -> None:
    assert {row[0] for row in ROUNDS} | {K.AUTO_NUMBER} == set(FieldKind)
    assert {row[0] for row in REFUSED} == set(FieldKind)
    assert set(HANDLERS) == set(FieldKind)


@pytest.mark.parametrize(("kind", "raw", "stored", "shown"), ROUNDS)
def test_a_value_is_kept_in_one_form_and_shown_typed(
    kind: FieldKind, raw: Any, stored: Any, shown: Any
) -> None:
    definition = field(kind)

    kept = parse_value(definition, raw, CONTEXT)

    assert kept == stored
    assert present_value(definition, kept, Names()) == shown


@pytest.mark.parametrize(("kind", "raw", "stored", "shown"), ROUNDS)
def test_what_is_shown_can_be_written_back(
    kind: FieldKind, raw: Any, stored: Any, shown: Any
) -> None:
    """A client reads an asset, changes one field and sends all of it; nothing else changes."""
    del raw
    if kind is K.REFERENCE:
        shown = shown["id"]
    if kind is K.USER:
        shown = shown["id"] or shown["name"]

    assert parse_value(field(kind), shown, CONTEXT) == stored


@pytest.mark.parametrize(("kind", "raw", "code"), REFUSED)
def test_a_wrong_value_is_refused_by_name(kind: FieldKind, raw: Any, code: str) -> None:
    with pytest.raises(ValueProblem) as problem:
        parse_value(field(kind), raw, CONTEXT)

    assert problem.value.code == code
    assert "Field" in problem.value.detail


@pytest.mark.parametrize("kind", [k for k in FieldKind if k is not K.AUTO_NUMBER])
@given(
    raw=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    )
)
def test_any_json_is_taken_or_refused(kind: FieldKind, raw: Any) -> None:
    with suppress(ValueProblem):
        parse_value(field(kind), raw, CONTEXT)


@pytest.mark.parametrize("kind", [k for k in FieldKind if k is not K.AUTO_NUMBER])
@given(text=st.text(max_size=40) | st.from_regex(r"[-+(]?[0-9.,/: ]{1,12}[a-zA-Z€]{0,3}"))
def test_any_cell_is_taken_or_refused(kind: FieldKind, text: str) -> None:
    with suppress(ValueProblem):
        parse_text(field(kind), text, TextDialect("mdy"), CONTEXT)


@pytest.mark.parametrize(
    ("kind", "text", "dialect", "stored"),
    [
        (K.DATE, "4/5/16", TextDialect("mdy"), "2016-04-05"),
        (K.DATE, "4/5/16", TextDialect("dmy"), "2016-05-04"),
        (K.DATE, "23.01.2024", TextDialect(), "2024-01-23"),
        (K.DATE, "2024-02-22 10:00", TextDialect(), "2024-02-22"),
        (K.DATE, "24 Nov 2026", TextDialect(), "2026-11-24"),
        (K.DATE, "November 24, 2026", TextDialect(), "2026-11-24"),
        (K.DATE, "1/2/71", TextDialect("mdy"), "1971-01-02"),
        (K.DATETIME, "1/23/23 5:04 PM", TextDialect("mdy"), "2023-01-23T17:04:00Z"),
        (
            K.DATETIME,
            "2026-07-01 09:00",
            TextDialect(time_zone="Europe/Berlin"),
            "2026-07-01T07:00:00Z",
        ),
        (K.INTEGER, "1,234", TextDialect(), 1_234),
        (K.INTEGER, "6.37702E+15", TextDialect(), 6_377_020_000_000_000),
        (K.NUMBER, "1.234,5", TextDialect(decimal_comma=True), 1234.5),
        (K.MONEY, "€ 1,299.90", TextDialect(), {"minor": 129_990, "currency": "EUR"}),
        (K.MONEY, "(12.50) USD", TextDialect(), {"minor": -1_250, "currency": "USD"}),
        (
            K.MONEY,
            "1.299,90 EUR",
            TextDialect(decimal_comma=True),
            {"minor": 129_990, "currency": "EUR"},
        ),
        (K.BOOLEAN, "Yes", TextDialect(), True),
        (K.BOOLEAN, "0", TextDialect(), False),
        (K.DURATION, "2:30", TextDialect(), 9_000),
        (K.DURATION, "3 days", TextDialect(), 259_200),
        (K.MULTI_SELECT, "In use; Lost", TextDialect(), ["opt_1", "opt_2"]),
        (K.MULTI_SELECT, "In use, Lost", TextDialect(), ["opt_1", "opt_2"]),
        (K.GEO, "52.52, 13.405", TextDialect(), {"lat": 52.52, "lon": 13.405}),
        (K.JSON, '{"a": 1}', TextDialect(), {"a": 1}),
        (K.TEXT, "   ", TextDialect(), None),
    ],
)
def test_a_cell_is_read_as_its_file_means_it(
    kind: FieldKind, text: str, dialect: TextDialect, stored: Any
) -> None:
    assert parse_text(field(kind), text, dialect, CONTEXT) == stored


def test_a_bare_amount_takes_the_field_s_currency() -> None:
    definition = field(K.MONEY, currency="CHF")

    assert parse_text(definition, "12.50", TextDialect(), CONTEXT) == {
        "minor": 1_250,
        "currency": "CHF",
    }
    with pytest.raises(ValueProblem, match="CHF, not in EUR"):
        parse_text(definition, "12.50 EUR", TextDialect(), CONTEXT)
    with pytest.raises(ValueProblem, match="in which currency"):
        parse_text(field(K.MONEY), "12.50", TextDialect(), CONTEXT)


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)), st.sampled_from(["ymd", "dmy", "mdy"]))
def test_a_date_reads_back_in_every_order(day: date, order: Any) -> None:
    texts = {"ymd": "%Y-%m-%d", "dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y"}
    # %Y is not padded everywhere; these years need no padding.
    text = day.strftime(texts[order])

    assert parse_text(field(K.DATE), text, TextDialect(order), CONTEXT) == day.isoformat()


@given(
    st.integers(-(2**53), 2**53),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_money_reads_back_to_the_last_minor_unit(minor: int, currency: str) -> None:
    definition = field(K.MONEY)
    stored = {"minor": minor, "currency": currency}

    shown = present_value(definition, stored, Names())

    assert parse_value(definition, shown, CONTEXT) == stored
    digits = {"EUR": 2, "JPY": 0, "KWD": 3}[currency]
    assert Decimal(shown["amount"]) == Decimal(minor).scaleb(-digits)


@given(st.datetimes(datetime(1801, 1, 1), datetime(2199, 12, 31)))  # noqa: DTZ001 - made aware below
def test_a_moment_is_kept_to_the_millisecond(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)

    stored = parse_value(field(K.DATETIME), moment.isoformat(), CONTEXT)

    assert datetime.fromisoformat(stored) == moment


def test_several_values_are_a_list_each_once() -> None:
    definition = field(K.TEXT, max_values=3, min_values=2)

    assert parse_value(definition, ["a", "b", "a"], CONTEXT) == ["a", "b"]
    with pytest.raises(ValueProblem, match="up to 3"):
        parse_value(definition, ["a", "b", "c", "d"], CONTEXT)
    with pytest.raises(ValueProblem, match="at least 2"):
        parse_value(definition, ["a"], CONTEXT)
    assert parse_value(definition, [], CONTEXT) is None


def test_bounds_and_pattern_hold() -> None:
    with pytest.raises(ValueProblem, match="at least 1"):
        parse_value(field(K.INTEGER, minimum=1), 0, CONTEXT)
    with pytest.raises(ValueProblem, match="at most 64"):
        parse_value(field(K.NUMBER, maximum=64), 64.5, CONTEXT)
    with pytest.raises(ValueProblem, match="does not match"):
        parse_value(field(K.TEXT, pattern="[A-Z]{2}-[0-9]+"), "ab-1", CONTEXT)
    assert parse_value(field(K.TEXT, pattern="[A-Z]{2}-[0-9]+"), "AB-1", CONTEXT) == "AB-1"


@pytest.mark.parametrize("pattern", [r"(x)\1", "[", "a" * 201, "(?=a)b", "(a{1000}){1000}"])
def test_a_pattern_that_can_t_be_matched_in_linear_time_is_refused(pattern: str) -> None:
    assert check_pattern(pattern)


@pytest.mark.parametrize("pattern", [r"[A-Z]{2}-\d+", "(PC|NB)-[0-9]{4}", r".*\.example\.org"])
def test_an_ordinary_pattern_is_taken(pattern: str) -> None:
    assert check_pattern(pattern) is None


def test_a_pattern_that_backtracks_elsewhere_ends_soon() -> None:
    started = time.process_time()

    with pytest.raises(ValueProblem):
        parse_value(field(K.TEXT, pattern="(a+)+b"), "a" * 4_000, CONTEXT)

    assert time.process_time() - started < 2


def test_unique_values_are_equal_as_people_see_them() -> None:
    assert mark_value(field(K.TEXT), "Ärger  X") == mark_value(field(K.TEXT), "arger x")
    assert mark_value(field(K.NUMBER), 1) == mark_value(field(K.NUMBER), 1.0)
