"""What holds for every route. A new route is covered by being in the table."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

import muster
from muster.access.model import Permission
from muster.errors import MusterError, TransientError
from muster.http.application import route_table
from muster.http.bodies import JSON, max_bytes
from muster.http.errors import status_of
from muster.http.routing import Route
from tests.openapi import served_by
from tests.support import Answer, Stand

ROUTES = route_table().routes
GUARDED = [route for route in ROUTES if not route.public]
WITH_BODY = [route for route in ROUTES if "body" in route.extras]
WITH_ID = [route for route in GUARDED if re.search(r"\{\w+_id\}", route.path)]
_DOCS = Path(__file__).parents[2] / "docs" / "errors.md"


def _named(routes: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.operation_id)


def _path(route: Route, value: str = "nothing-of-this-name") -> str:
    return re.sub(r"\{\w+\}", value, route.path)


def _ask(stand: Stand, route: Route, path: str = "", **options: Any) -> Answer:
    """Send the route a request that is right in all that the test is not about."""
    if route.writes and "{" in route.path:
        options.setdefault("if_match", "*")
    if "body" in route.extras and "body" not in options:
        options.setdefault("json", _example(route))
    return stand.client.send(route.method, path or _target(route), **options)


def _target(route: Route) -> str:
    """Return a path with a value for each parameter that the route can't do without."""
    fields = route.extras.get("query", BaseModel).model_fields
    needed = {n: (f.examples or ["tag"])[0] for n, f in fields.items() if f.is_required()}
    return _path(route) + ("?" + urlencode(needed) if needed else "")


def _example(route: Route) -> Any:
    if "example" in route.extras:
        return route.extras["example"]
    examples = route.extras["body"].model_config.get("json_schema_extra") or {}
    assert isinstance(examples, dict)
    found: Any = examples.get("examples", [{}])
    return found[0]


def _require_problem(answer: Answer, status: int) -> None:
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert problem["type"].endswith("/" + problem["code"])
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]


@_named(GUARDED)
def test_nothing_is_answered_without_a_token(stand: Stand, route: Route) -> None:
    """Every route that is not public says 401 to those who send no token."""
    answer = _ask(stand, route, token="")

    _require_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@_named(GUARDED)
def test_nothing_is_answered_with_a_wrong_token(stand: Stand, route: Route) -> None:
    """A token whose secret is another's is refused, though its checksum is right."""
    answer = _ask(stand, route, token=stand.token()[:-1] + "~")

    _require_problem(answer, 401)
    assert answer.code == "token_invalid"


@_named(GUARDED)
def test_the_permission_is_needed(stand: Stand, route: Route) -> None:
    """A token that has every permission but the route's own is refused, and told which it lacks."""
    others = set(Permission) - {route.permission}

    answer = _ask(stand, route, token=stand.token(scopes=others))

    _require_problem(answer, 403)
    assert answer.json["permission"] == route.permission


@_named(list(ROUTES))
def test_an_unknown_parameter_is_refused(stand: Stand, route: Route) -> None:
    """No route ignores a parameter that it does not know."""
    answer = _ask(stand, route, _path(route) + "?no_such_parameter=1")

    _require_problem(answer, 400)
    assert answer.json["errors"][0]["parameter"] == "no_such_parameter"


@_named(WITH_BODY)
@pytest.mark.parametrize("body", ["{", "", "nul", '{"a":1,"a":2}', '{"a":NaN}', "[" * 5000])
def test_a_body_that_is_no_json_is_refused(stand: Stand, route: Route, body: str) -> None:
    """A body that can't be read is 400, before anything else is looked at."""
    _require_problem(_ask(stand, route, body=body), 400)


@_named(WITH_BODY)
@pytest.mark.parametrize("content_type", ["text/csv", "application/json; charset=latin-1"])
def test_another_content_type_is_refused(stand: Stand, route: Route, content_type: str) -> None:
    """A body of a kind that the route does not take is 415."""
    answer = _ask(stand, route, headers={"Content-Type": content_type})

    _require_problem(answer, 415)
    assert JSON in answer.json["accepted"]


@_named(WITH_BODY)
def test_too_large_a_body_is_refused(stand: Stand, route: Route) -> None:
    """A body of one byte more than is published is 413."""
    answer = _ask(stand, route, body=" " * (max_bytes(route) + 1))

    _require_problem(answer, 413)
    assert answer.json["max_bytes"] == max_bytes(route)


@_named([route for route in ROUTES if route.writes and "body" not in route.extras])
def test_a_body_that_is_not_asked_for_is_refused(stand: Stand, route: Route) -> None:
    """What a caller believes to send is not dropped silently."""
    _require_problem(_ask(stand, route, json={"a": 1}), 400)


@_named([route for route in GUARDED if route.needs_if_match])
def test_the_version_has_to_be_said(stand: Stand, route: Route) -> None:
    """PUT and DELETE without If-Match are 428."""
    answer = stand.client.send(route.method, _path(route))

    _require_problem(answer, 428)


@_named(WITH_ID)
def test_another_tenants_ids_are_unknown(
    stand: Stand, route: Route, foreign: Callable[[str], str]
) -> None:
    """What belongs to somebody else answers as what does not exist, in the same words."""
    theirs = foreign(route.path)
    unknown = theirs[:-6] + ("ZZZZZZ" if not theirs.endswith("ZZZZZZ") else "YYYYYY")

    answers = [_ask(stand, route, _path(route, record_id)) for record_id in (theirs, unknown)]

    _require_problem(answers[0], 404)
    bodies = [
        answer.text.replace(record_id, "ID")
        for answer, record_id in zip(answers, (theirs, unknown), strict=True)
    ]
    assert bodies[0] == bodies[1]


@_named([route for route in GUARDED if route.writes])
def test_a_dry_run_writes_nothing(stand: Stand, route: Route) -> None:
    """Whatever a dry run answers, ledger, objects, queue, members and tokens stay as they were."""
    tenant = stand.client.get("/v1/me").json["tenant"]["id"]
    ledger, _, objects = stand.parts(tenant)
    target = _target(route)
    before = stand.access.members(tenant), stand.access.tokens(tenant)

    answer = _ask(stand, route, target + ("&" if "?" in target else "?") + "dry_run=true")

    assert answer.status < 500
    assert ledger.head().seq == 0
    assert not list(objects.names(""))
    assert not stand.queue.waiting
    assert (stand.access.members(tenant), stand.access.tokens(tenant)) == before


def test_the_document_is_valid() -> None:
    """The document is OpenAPI 3.1, and is JSON."""
    OpenAPIV31SpecValidator(json.loads(json.dumps(served_by(route_table())))).validate()


def test_operation_ids_are_unique() -> None:
    """Client generators name their functions by them."""
    ids = [route.operation_id for route in ROUTES]

    assert len(ids) == len(set(ids))


def test_only_what_anybody_may_see_is_public() -> None:
    """A route that needs no token is a decision that has to be taken here as well."""
    assert {r.path for r in ROUTES if r.public} == {"/v1/health", "/v1/openapi.json"}


@_named(WITH_BODY)
def test_every_example_is_valid(route: Route) -> None:
    """The examples of the document can be sent as they are."""
    model: type[BaseModel] = route.extras["body"]
    extra = model.model_config.get("json_schema_extra") or {}
    assert isinstance(extra, dict)
    examples: Any = extra.get("examples", [])
    found = [*examples, *([route.extras["example"]] if "example" in route.extras else [])]

    assert found, "a body has an example"
    for example in found:
        model.model_validate_json(json.dumps(example), strict=True)


def _all_errors() -> set[type[MusterError]]:
    for module in pkgutil.walk_packages(muster.__path__, "muster."):
        if not module.name.startswith("muster.cli"):
            importlib.import_module(module.name)
    found: set[type[MusterError]] = set()
    waiting = [MusterError]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found.update(kind for kind in kinds if kind.__module__.startswith("muster."))
    return {kind for kind in found if not kind.__module__.startswith("muster.cli")}


def _documented() -> dict[str, int]:
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", _DOCS.read_text(), re.MULTILINE)
    return {code: int(status) for code, status in rows}


def test_every_code_is_in_the_docs() -> None:
    """docs/errors.md lists the code of every refusal, with its status, and no other."""
    assert _documented() == {kind.code: status_of(kind) for kind in _all_errors()}


def test_a_view_documents_kinds_that_have_a_status() -> None:
    """Whatever a route documents is a refusal that the table knows, never a 500 of its own."""
    undecided = {
        error.code
        for route in ROUTES
        for error in route.extras.get("errors", ())
        if status_of(error) >= 500 and not issubclass(error, TransientError)
    }

    assert undecided == set()
