"""docs/search.md, docs/query-language.md and docs/cli.md: what they show works."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from muster.http.application import route_table
from tests.api.search_sample import Sample

DOCS = Path(__file__).parents[2] / "docs"
SEARCH = (DOCS / "search.md").read_text()
REQUESTS = re.findall(r"```http\nPOST (\S+)\n(.*?)```", SEARCH, re.DOTALL)
LANGUAGE = re.search(r"```\n(.*?)```", (DOCS / "query-language.md").read_text(), re.DOTALL)
FOUND = re.findall(r"^\$ muster find '([^']+)'", (DOCS / "cli.md").read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Return the tenant, which no test changes."""
    return Sample(tmp_path_factory.mktemp("docs"))


@pytest.mark.parametrize(("path", "text"), REQUESTS)
def test_a_request_is_answered_with_the_members_that_are_named(
    sample: Sample, path: str, text: str
) -> None:
    answer = sample.client.post(path, json.loads(text))

    assert answer.status == 200, answer.text
    told: dict[str, Any] = answer.json
    assert all(f"`{name}`" in SEARCH or f"`{name}" in SEARCH for name in told if name != "seq")
    if path == "/v1/search":
        assert told["items"]
    assert told.get("valid", True) is True


def test_every_address_of_search_is_listed() -> None:
    paths = {f"{r.method} {r.path}" for r in route_table().routes if r.tag == "search"}
    listed = set(re.findall(r"^\| `((?:POST|GET) /v1/search[^?`]*)", SEARCH, re.MULTILINE))

    assert listed == paths


@pytest.mark.parametrize("query", LANGUAGE[1].splitlines() if LANGUAGE else [])
def test_an_example_of_the_language_is_answered(sample: Sample, query: str) -> None:
    assert isinstance(sample.ask(query), list)


@pytest.mark.parametrize("query", FOUND)
def test_an_example_of_the_command_line_is_answered(sample: Sample, query: str) -> None:
    assert isinstance(sample.ask(query, parameters={"who": "ada@acme.example"}), list)
