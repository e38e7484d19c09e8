"""An export that is imported again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import Stand
from tests.unit.export_world import asset, content, export, field
from tests.unit.import_world import plan, planned_rows, upload

KINDS: dict[str, tuple[str, dict[str, Any], list[Any]]] = {
    "r.text": ("text", {}, ["plain", 'a "b", c; d', "'quoted'", "007", "true", "-"]),
    "r.area": ("text_area", {}, ["one\ntwo", "  indented? no", "1\n\n2"]),
    "r.whole": ("integer", {}, [0, -12, 2**53]),
    "r.number": ("number", {}, [0.1, -2.5, 1e-7, 1234.5]),
    "r.truth": ("boolean", {}, [True, False]),
    "r.day": ("date", {}, ["2026-05-01", "1999-12-31"]),
    "r.time": ("time", {}, ["08:30:00", "23:59:59"]),
    "r.moment": ("datetime", {}, ["2026-05-01T12:00:00Z", "2026-05-01T12:00:00.250Z"]),
    "r.span": ("duration", {}, [0, 93_784]),
    "r.state": ("select", {"options": ["New", "Old, and sold"]}, ["New", "Old, and sold"]),
    "r.states": ("multi_select", {"options": ["Red", "Blue"]}, [["Red"], ["Red", "Blue"]]),
    "r.status": ("status", {"options": ["Active", "Broken"]}, ["Active", "Broken"]),
    "r.user": ("user", {}, ["Grace Hopper", "me"]),
    "r.group": ("group", {}, ["it-support"]),
    "r.url": ("url", {}, ["https://example.org/x?a=1,2"]),
    "r.email": ("email", {}, ["ada@example.org"]),
    "r.ip": ("ip", {}, ["10.20.0.5", "2001:db8::1"]),
    "r.cidr": ("cidr", {}, ["10.20.0.0/16"]),
    "r.mac": ("mac", {}, ["00:1b:63:84:45:e6"]),
    "r.money": (
        "money",
        {},
        [{"amount": "12.58", "currency": "EUR"}, {"amount": "-1200", "currency": "JPY"}],
    ),
    "r.price": ("money", {"currency": "EUR"}, [{"amount": "1234.50", "currency": "EUR"}]),
    "r.geo": ("geo", {}, [{"lat": -33.8, "lon": 151.25}]),
    "r.kind": ("asset_type", {}, ["type.round"]),
    "r.project": ("project", {}, ["ITSM"]),
    "r.repository": ("repository", {}, ["acme/infrastructure"]),
    "r.page": ("page", {}, ["Runbooks/Printer"]),
    "r.version": ("version", {}, ["24.04.1", "1.10"]),
    "r.global": ("global_id", {}, ["7f3a0c52-8f6e"]),
    "r.json": ("json", {}, [{"slots": [1, "ä", None]}, [1, 2]]),
    "r.many": ("text", {"max_values": None}, [["one", "two"], ["three"]]),
    "r.wholes": ("integer", {"max_values": 9}, [[1, -2, 3]]),
}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """Return a stack with a type that has a field of every kind, and its assets."""
    stand = Stand(tmp_path_factory.mktemp("again"))
    for name, (kind, members, _) in KINDS.items():
        labels = members.get("options")
        more = {"options": [{"label": label} for label in labels]} if labels else {}
        field(stand, name, kind, **{**members, **more})
    field(stand, "r.holder", "reference", label="Holder")
    names = [*KINDS, "r.holder"]
    body = {"name": "type.round", "label": "Round", "key_prefix": "RND"}
    placed = [{"field": name} for name in names]
    answer = stand.client.post("/v1/asset-types", {**body, "fields": placed})
    assert answer.status == 201, answer.text
    assert stand.client.post("/v1/folders", {"name": "Berlin"}).status == 201
    holder = asset(stand, type="type.round", name="Holder", tag="R-0", folder="/Berlin")
    for number in range(max(len(values) for _, _, values in KINDS.values())):
        chosen = {n: v[number % len(v)] for n, (_, _, v) in KINDS.items()}
        asset(
            stand,
            type="type.round",
            name=f"Round {number}",
            tag=f"R-{number + 1}",
            serial=f"S{number}",
            description="Some lines\nof text",
            custom_fields={**chosen, "r.holder": holder["id"]},
        )
    return stand


def unread(stand: Stand, file_format: str, **request: Any) -> list[tuple[str, Any]]:
    """Return what an import of an export would change, and what it can't read."""
    scope = stand.scope()
    raw = content(scope, export(scope, format=file_format, **request))
    import_id = upload(scope, raw, f"assets.{file_format}")
    planned = plan(scope, import_id)
    found: list[tuple[str, Any]] = [("catalog", each) for each in planned.schema_changes]
    found += [
        (str(row.action), (row.changes, row.problems))
        for row in planned_rows(scope, import_id)
        if row.action != "unchanged"
    ]
    return found


@pytest.mark.parametrize("header", ["name", "name_label"])
@pytest.mark.parametrize("fields", ["all", "visible"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_comes_back_as_it_went(stand: Stand, header: str, fields: str, delimiter: str) -> None:
    """Each kind of field, whatever it holds; what Muster gives out itself is left out."""
    options = {"escape_formulas": False, "delimiter": delimiter}

    assert unread(stand, "csv", fields=fields, header=header, users="id", csv=options) == []


def test_a_workbook_comes_back_as_it_went(stand: Stand) -> None:
    """Numbers and dates are cells of their kind there."""
    assert unread(stand, "xlsx", fields="all", users="id") == []


def test_days_before_months_come_back(stand: Stand) -> None:
    """Where the values tell that it is so."""
    options = {"escape_formulas": False, "dates": "dmy"}

    assert unread(stand, "csv", fields=["tag", "type", "r.day", "r.moment"], csv=options) == []


LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1
).filter(lambda text: text.strip() and text == text.strip())


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=LINE.filter(lambda t: len(t) < 200), text=LINE)
def test_any_text_comes_back(stand: Stand, name: str, text: str) -> None:
    """Quotes, delimiters, blanks of every sort and scripts of every kind."""
    made = asset(stand, type="type.round", name=name, tag="ANY", custom_fields={"r.text": text})

    found = unread(
        stand,
        "csv",
        fields=["tag", "type", "name", "r.text"],
        csv={"escape_formulas": False},
        selection={"assets": [made["id"]]},
    )
    stand.client.delete(f"/v1/assets/{made['id']}", if_match=f'"v{made["version"]}"')

    assert found == []
