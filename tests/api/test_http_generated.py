"""Requests made from the served document, right ones and wrong ones, against the API in memory."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.core import NOT_SET

from muster.http.application import route_table
from muster.http.openapi import document
from muster.http.routing import Route
from tests import openapi
from tests.support import Stand, api_event

schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document(route_table()))))
_NAMES = ("Authorization", "X-Request-Id")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return Stand(tmp_path_factory.mktemp("generated"))


def _pairs(query: Any) -> list[tuple[str, str]]:
    pairs = []
    for name, value in (query or {}).items():
        if isinstance(value, dict):
            pairs += _pairs(value)
        else:
            values = value if isinstance(value, list) else [value]
            pairs += [
                (name, each if isinstance(each, str) else json.dumps(each)) for each in values
            ]
    return pairs


def _event(stand: Stand, case: Case[Any]) -> dict[str, Any]:
    values = {k: quote(str(v), safe="") or "x" for k, v in (case.path_parameters or {}).items()}
    target = case.path.format(**values)
    body = case.body
    if not isinstance(body, bytes):
        body = b"" if body is NOT_SET else json.dumps(body).encode()
    event = api_event(stand.api, case.method, target, base64.b64encode(body).decode())
    event["isBase64Encoded"] = True
    event["multiValueQueryStringParameters"] = {
        name: [v for n, v in _pairs(case.query) if n == name] for name, _ in _pairs(case.query)
    }
    headers = {str(k): str(v) for k, v in (case.headers or {}).items() if k not in _NAMES}
    kind = {"Content-Type": str(case.media_type)} if body else {}
    event["headers"] = {**headers, **kind, "Authorization": f"Bearer {stand.token()}"}
    return event


@pytest.mark.parametrize("route", route_table().routes, ids=lambda route: route.operation_id)
def test_every_answer_is_documented(crowd: Stand, route: Route) -> None:
    """Whatever the document lets a client send is answered as the document says, never by a 5xx."""

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[route.path][route.method].as_strategy())
    def ask(case: Case[Any]) -> None:
        _require_documented(crowd, case)

    ask()


def _require_documented(crowd: Stand, case: Case[Any]) -> None:
    event = _event(crowd, case)

    answer = crowd.api(event, None)

    assert answer["statusCode"] < 500, urlencode(_pairs(case.query))
    if answer["statusCode"] not in {404, 405}:
        table = crowd.api.pipeline.table
        route = openapi.route_of(table, event)
        kind = answer["headers"].get("Content-Type", "")
        openapi.require_documented(table, route, answer["statusCode"], kind, answer["body"])
