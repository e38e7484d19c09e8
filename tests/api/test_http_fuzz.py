"""Whatever is sent, the answer is never a defect."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.http.table import RouteTable
from tests.api.notes import routes
from tests.support import Stand, api_event

TEXTS = st.text(st.characters(exclude_categories=()), max_size=60)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["If-Match", "If-None-Match", "Idempotency-Key", "Content-Type", "Content-Encoding"]
    ),
    TEXTS,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., int]:
    notes = Stand(tmp_path_factory.mktemp("crowd"), table=RouteTable(routes.routes))
    path = notes.client.post("/v1/notes", {"text": "first"}).headers["location"]

    def send(
        method: str, target: str, body: str | None, headers: dict[str, str], query: Any = None
    ) -> int:
        event = api_event(notes.api, method, target.replace("NOTE", path), body)
        event["multiValueQueryStringParameters"] = query
        event["headers"] = {**headers, "Authorization": f"Bearer {notes.token()}"}
        status: int = notes.api(event, None)["statusCode"]
        return status

    return send


@settings(max_examples=150, deadline=None)
@given(body=TEXTS | VALUES.map(json.dumps), headers=HEADERS)
def test_no_body_or_header_is_too_much(
    crowd: Callable[..., int], body: str, headers: dict[str, str]
) -> None:
    """Whatever is sent, the answer is never a defect."""
    assert crowd("POST", "/v1/notes", body, headers) < 500
    assert crowd("PATCH", "NOTE", body, headers) < 500
    assert crowd("GET", "NOTE", None, headers) < 500


@settings(max_examples=150, deadline=None)
@given(
    query=st.dictionaries(
        st.sampled_from(["limit", "cursor", "sort", "fields", "count", "dry_run"]) | TEXTS,
        st.lists(TEXTS, min_size=1, max_size=3),
        max_size=4,
    )
)
def test_no_parameter_is_too_much(crowd: Callable[..., int], query: dict[str, list[str]]) -> None:
    """Whatever is asked for, the answer is never a defect."""
    assert crowd("GET", "/v1/notes", None, {}, query) < 500
