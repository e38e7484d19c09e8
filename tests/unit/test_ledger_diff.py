from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.ledger import diff
from muster.ledger.model import FieldChange

# The machine may be busy: how long an example takes says nothing here.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.sampled_from(["a", "b", "a/b", "~", "~1", "", "c.d"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.0, "", "x"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=4)


def exactly(value: Any) -> str:
    """Tell 1, 1.0 and true apart, whatever the order of members."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{name!r}:{exactly(value[name])}' for name in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{','.join(map(exactly, value))}]"
    return repr(value)


@calm
@given(BODIES, BODIES)
def test_a_difference_leads_there_and_back(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Applied to the old body it gives the new one exactly, and taken back the old one."""
    fields = diff.diff(old, new)

    assert exactly(diff.apply(old, fields)) == exactly(new)
    assert exactly(diff.unapply(new, fields)) == exactly(old)


@calm
@given(BODIES, BODIES)
def test_what_is_unchanged_since_can_be_reverted(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Reverting on the very body that the change made gives the body before it."""
    reverted = diff.revert(new, diff.diff(old, new))

    assert exactly(reverted) == exactly(old)


@calm
@given(BODIES)
def test_every_leaf_of_a_body_is_enough_to_rebuild_it(body: dict[str, Any]) -> None:
    """Additions make the body of nothing; removals remember all of it."""
    assert exactly(diff.apply({}, diff.additions(body))) == exactly(body)
    assert exactly(diff.unapply({}, diff.removals(body))) == exactly(body)


@calm
@given(BODIES, BODIES)
def test_a_difference_is_ordered_and_leaves_bodies_alone(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Equal bodies have none, no path is in another, and nothing that was given is changed."""
    before = exactly([old, new])

    fields = diff.diff(old, new)

    paths = [field.path for field in fields]
    assert not any(one != other and other.startswith(one + "/") for one in paths for other in paths)
    assert len(paths) == len(set(paths))
    assert bool(fields) is not diff.same(old, new)
    assert diff.diff(dict(reversed(old.items())), new) == fields
    diff.apply(old, fields)
    diff.revert(new, fields)
    assert exactly([old, new]) == before


@calm
@given(BODIES, BODIES, BODIES)
def test_a_revert_changes_only_its_own_paths(
    old: dict[str, Any], new: dict[str, Any], now: dict[str, Any]
) -> None:
    """Where it isn't refused, everything else stays as it is now."""
    fields = diff.diff(old, new)

    reverted = diff.revert(now, fields)

    if isinstance(reverted, diff.Conflicts):
        assert set(reverted.paths) <= {field.path for field in fields}
        assert reverted.paths
    else:
        touched = {field.path for field in diff.diff(now, reverted)}
        roots = {field.path for field in fields}
        assert all(any(_related(path, root) for root in roots) for path in touched)


def _related(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ({"a": 1}, {"a": True}, [FieldChange("/a", 1, new=True)]),
        ({"a": [1, 2]}, {"a": [2]}, [FieldChange("/a", [1, 2], [2])]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [FieldChange("/a/b", 1, 2)]),
        ({}, {"a": {"b": 2}}, [FieldChange("/a", None, {"b": 2})]),
        ({"a/b": 1}, {"m~n": 1}, [FieldChange("/a~1b", 1, None), FieldChange("/m~0n", None, 1)]),
        ({"a": None}, {"a": 1}, [FieldChange("/a", None, 1, old_is_null=True)]),
    ],
)
def test_a_difference_reads_like_this(
    old: dict[str, Any], new: dict[str, Any], fields: list[FieldChange]
) -> None:
    """Leaves by JSON pointer, lists as wholes, null told from absent."""
    assert list(diff.diff(old, new)) == fields


def test_a_later_change_conflicts_by_its_path() -> None:
    """Only the paths that moved since are named; null and absent are no difference."""
    fields = diff.diff({"a": 1, "b": 1, "c": 1, "d": {"e": 1}}, {"a": 2, "b": 2, "d": {"e": 2}})

    assert diff.revert({"a": 3, "b": 2, "c": None, "d": 5}, fields) == diff.Conflicts(
        ("/a", "/d/e")
    )
