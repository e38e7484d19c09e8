"""Requests made from the served document, right ones and wrong ones, against the running stack."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from muster.http.application import route_table
from muster.http.routing import Route
from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.fuzz, pytest.mark.timeout(600)]
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_SECONDS = 30


@pytest.fixture(scope="session")
def served(stack: Stack) -> BaseSchema:
    me = httpx.get(f"{stack.url}/v1/me", headers={"Authorization": f"Bearer {stack.token}"})
    assert me.status_code == 200, "else every answer would be 401, as documented"
    return schemathesis.openapi.from_url(f"{stack.url}/v1/openapi.json")


@pytest.mark.parametrize("route", route_table().routes, ids=lambda route: route.operation_id)
def test_the_stack_answers_as_its_document_says(
    stack: Stack, served: BaseSchema, route: Route
) -> None:
    """No answer is a 5xx, has a status that is not documented, or breaks its schema."""
    credential = {"Authorization": f"Bearer {stack.token}"}

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=served[route.path][route.method].as_strategy())
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(headers=credential, checks=_CHECKS, timeout=_SECONDS)

    ask()
