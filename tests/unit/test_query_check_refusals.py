"""Values and paths that do not fit are refused where they stand, with what may have been meant."""

from __future__ import annotations

import pytest

from tests.unit.query_asked import marked, refused


@pytest.mark.parametrize(
    ("text", "code", "place", "suggestions"),
    [
        ("memory > big", "wrong_type", "big", []),
        ("weight = '1,5'", "wrong_type", "'1,5'", []),
        ("leased = maybe", "wrong_type", "maybe", []),
        ("'last check' > soon", "wrong_type", "soon", []),
        ("'last check' > 2026-02-30", "wrong_type", "2026-02-30", []),
        ("'warranty end' < +9999y", "wrong_type", "+9999y", []),
        ("'backup time' = '25:00'", "wrong_type", "'25:00'", []),
        ("'repair duration' = long", "wrong_type", "long", []),
        ("rate > 100", "wrong_type", "100", []),
        ("cost > '100 USD'", "wrong_type", "'100 USD'", []),
        ("cost = '1.999'", "wrong_type", "'1.999'", []),
        ("rate BETWEEN '1 EUR' AND '2 USD'", "wrong_type", "'1 EUR' AND '2 USD'", []),
        ("status = Lots", "unknown_value", "Lots", ["Lost"]),
        ("status IN (Lost, Lots)", "unknown_value", "Lots", ["Lost"]),
        ("type = Laptpo", "unknown_value", "Laptpo", ["Laptop"]),
        ("schema = Laptop", "unknown_value", "Laptop", []),
        ("folder = Labtops", "unknown_value", "Labtops", ["Laptops"]),
        ("folder UNDER '/Berlin/Lab'", "unknown_value", "'/Berlin/Lab'", ["/Berlin"]),
        ("source = apis", "unknown_value", "apis", ["api"]),
        ("ip = 10.20.0", "wrong_type", "10.20.0", []),
        ("mac = 00-1B", "wrong_type", "00-1B", []),
        ("model HAS '--'", "wrong_type", "'--'", []),
        ("model LIKE ' '", "wrong_type", "' '", []),
        ("model ~ '...'", "wrong_type", "'...'", []),
        ("model MATCHES '*a*b*c*d*e*'", "limit_exceeded", "'*a*b*c*d*e*'", []),
        ("photo = x", "wrong_type", "x", []),
        ("links = many", "wrong_type", "many", []),
        ("links > 1.5", "wrong_type", "1.5", []),
        ("primaryOf = Grace", "unknown_value", "Grace", []),
        ("text LIKE linux", "wrong_type", "linux", ["text HAS"]),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_where_it_stands(
    text: str, code: str, place: str, suggestions: list[str]
) -> None:
    error = refused(text)

    assert error.errors[0].code == code
    assert marked(text, error) == place
    assert list(error.errors[0].extra["suggestions"])[:1] == suggestions


def test_words_of_a_long_text_are_limited() -> None:
    error = refused(f"model HAS '{'a ' * 33}'")

    assert error.errors[0].code == "limit_exceeded"
    assert "32" in error.detail
